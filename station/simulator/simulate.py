"""Live in a practice room: the real station, an emulated reader, and the power switch in your hand."""

import argparse
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from station.clock import clock_for
from station.errors import EXIT_DONE, StationError
from station.simulator.room.errands import Errands
from station.simulator.room.furniture import Folder, furnish
from station.simulator.room.living import InLines, OnScreen
from station.simulator.room.practice import Room
from station.simulator.room.scene import Scene, lights
from station.simulator.usage import Parser

_PROGRAM: Final = "rollbook-station simulate"


def main(argv: Sequence[str] | None = None) -> int:
    """Open a practice room until `quit`, Ctrl-C or the end of the input; return the exit code."""
    options = _parse(argv)
    try:
        path = options.folder or Path(tempfile.mkdtemp(prefix="rollbook-practice-"))
        folder = furnish(path, secrets.token_bytes, clock_for(0, None).now())
        try:
            _live(folder, is_plain=options.plain or not _is_terminal())
        finally:
            sys.stdout.write(_evidence(folder))
            sys.stdout.flush()
    except StationError as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"{_PROGRAM}: {line}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_DONE
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing may be written to it as the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_DONE


def _live(folder: Folder, *, is_plain: bool) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    scene = Scene(str(folder.path))
    listens, speaks = os.pipe()
    os.set_blocking(speaks, False)
    player = lights(scene, lambda: _knock(speaks))
    with ExitStack() as stack:
        room = stack.enter_context(Room(folder, scene, player))
        errands = Errands(room)
        source, out = sys.stdin.fileno(), sys.stdout
        living: InLines | OnScreen = (
            InLines(room, errands, source, out)
            if is_plain
            else OnScreen(room, errands, player, (source, out.fileno()), listens)
        )
        stack.enter_context(living)
        # Left first: from here to the end nothing may keep us from ending what we started.
        stack.callback(_be_deaf)
        living.run()


def _knock(pipe: int) -> None:
    # A pipe that is full has been knocked at often enough.
    with suppress(BlockingIOError):
        os.write(pipe, b"!")


def _be_deaf() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _evidence(folder: Folder) -> str:
    return (
        f"The evidence lies in {folder.path}:\n"
        f"  {folder.journal.relative_to(folder.path)}: what the station keeps for ever, marked as practice\n"
        f"  {folder.panel.name}: what its panel showed    {folder.log.name}: what it logged\n"
        f"  rollbook-station taps --config {folder.settings}\n"
        f"  rollbook-station simulate --folder {folder.path}    goes on there\n"
    )


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = Parser(
        prog=_PROGRAM,
        description="Open a practice room: the real station, an emulated reader, cards and phones to lay "
        "on it. Nothing is needed but this computer; what is recorded is marked as practice.",
    )
    parser.add_argument("--folder", type=Path, help="keep the room here, and go on with one that is there")
    parser.add_argument("--plain", action="store_true", help="write line by line, even on a terminal")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
