"""Run the story: `python -m demo`, with `--unattended` for a machine that checks it."""

import argparse
import sys
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from demo import school_calendar
from demo.narrator import Narrator, StoryError
from demo.story import LIVE_DAY, Story


def main() -> int:
    """Tell the story; 0 when every check held."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--unattended", action="store_true", help="check everything and end, without a page left open"
    )
    parser.add_argument("--folder", type=Path, default=Path("var/demo"), help="where everything is written")
    parser.add_argument("--until", type=str, default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    narrator = Narrator(Console(highlight=False))
    story = Story(options.folder, narrator)
    day = timedelta(1)
    try:
        story.set_up()
        story.live_through(
            school_calendar.FIRST_DAY, LIVE_DAY - day, "The year begins: five weeks of school go by"
        )
        story.morning()
        story.certify()
    except StoryError as error:
        narrator.console.print(f"\n[bold red]failed[/] {error}")
        return 1
    finally:
        story.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
