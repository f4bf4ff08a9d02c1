"""The real `rollbook-station`, panel and GPIO library included, telling of each light how long the log was.

Run as a program: a log, a fault of ours or none, then the arguments of `rollbook-station`.
"""

import os
import sqlite3
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from station import cli, loop
from station.journal import file as journal_file
from station.panel import Panel
from station.panel.settings import Pins
from station.reader import Presented, ReaderEvent
from station.station import Station
from station.verdict import Verdict
from tests.crash.scene import EARLY, UNSAFE
from tests.fakes.board import Board
from tests.fakes.lgpio_layer import LgpioLayer

NO_FAULT = "none"
LIGHT = "light"
# A Raspberry Pi 4, as the library asks for it.
_REVISION = "c03112"
_PINS = Pins()


class WatchedBoard(Board):
    """Says on standard output how long the log is whenever the beep of a welcome begins."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log
        self.lit = threading.Event()

    def output(self, channel: Sequence[int] | int, value: Sequence[int] | int, /) -> None:
        """Set a pin; the buzzer is the last of them, and sounds at the beginning of a welcome alone."""
        super().output(channel, value)
        if (channel, value) == (_PINS.buzzer, 1) and self._is_welcome():
            os.write(sys.stdout.fileno(), f"{LIGHT} {self._log.stat().st_size}\n".encode())
            self.lit.set()

    def _is_welcome(self) -> bool:
        # A card that is to be held again sounds as well, and so does a tap that is lost.
        return (self.levels[_PINS.left], self.levels[_PINS.middle], self.levels[_PINS.right]) == (1, 0, 0)


def break_it(fault: str, board: WatchedBoard) -> None:
    """Make the station one that is not safe."""
    if fault in UNSAFE:
        connect = journal_file.connect_to_write

        def connect_unsafely(path: Path) -> sqlite3.Connection:
            connection = connect(path)
            connection.execute(UNSAFE[fault]).fetchall()
            return connection

        journal_file.connect_to_write = connect_unsafely
    elif fault == EARLY:
        attend = loop.attend

        def attend_too_late(event: ReaderEvent, station: Station, panel: Panel) -> None:
            if not isinstance(event, Presented):
                attend(event, station, panel)
                return
            board.lit.clear()
            loop.show(panel, Verdict.WELCOME)
            board.lit.wait()
            loop.reaction(event, station)

        loop.attend = attend_too_late


def main() -> int:
    """Run the station over a stand-in for the lowest layer of the GPIO library alone."""
    log, fault, *arguments = sys.argv[1:]
    board = WatchedBoard(Path(log))
    os.environ["RPI_LGPIO_REVISION"] = _REVISION
    sys.modules["lgpio"] = LgpioLayer(board)
    break_it(fault, board)
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
