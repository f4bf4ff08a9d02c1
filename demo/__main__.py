"""Run the story: `python -m demo`, with `--unattended` for a machine that checks it."""

import argparse
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.live import Live

from demo import codes
from demo.narrator import Narrator, StoryError
from demo.office import ADMINISTRATOR, CLERK, PASSWORD
from demo.story import Story

_TERMINATED = 128 + signal.SIGTERM
_INTERRUPTED = 128 + signal.SIGINT


def main() -> int:
    """Tell the story; 0 when every check held."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--unattended", action="store_true", help="check everything and end, without a page left open"
    )
    parser.add_argument("--folder", type=Path, default=Path("var/demo"), help="where everything is written")
    options = parser.parse_args()
    narrator = Narrator(Console(highlight=False))
    story = Story(options.folder, narrator)
    # Ended from outside, the story still stops the programs it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    try:
        story.set_up()
        story.live_through()
        story.report()
        story.trace()
        story.hand_to_the_auditor()
        story.recover()
        story.look_at_pages()
        narrator.console.print(f"\n{narrator.checks} checks held. Everything is in {story.premises.folder}:")
        narrator.console.print(
            "  reports/ P-1, P-2, Annual, their proof sheets and the audit packet; server/ the records; logs/"
        )
        if not options.unattended:
            _stay_open(story, narrator)
    except StoryError as error:
        narrator.console.print(f"\n[bold red]failed[/] {error}")
        return 1
    except KeyboardInterrupt:
        narrator.console.print("\nstopped before the end")
        return _INTERRUPTED
    finally:
        story.close()
    return 0


def _stay_open(story: Story, narrator: Narrator) -> None:
    """Leave the pages open until somebody has seen enough; keep the one-time code current."""
    teacher = story.section.teacher.number
    narrator.console.print(
        f"\nThe pages are open on [bold]{story.address}[/]: sign in as {teacher}, the teacher,"
    )
    narrator.console.print(
        f"or as {ADMINISTRATOR}, the office, or {CLERK}, its clerk, with the password {PASSWORD}"
    )
    narrator.console.print("and the one-time code below. Ctrl-C ends it.")
    with suppress(KeyboardInterrupt), Live(console=narrator.console, auto_refresh=False) as line:
        while True:
            line.update(f"one-time code: [bold]{codes.current(story.seed)}[/]", refresh=True)
            time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
