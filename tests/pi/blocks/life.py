"""A morning at a wall whose station keeps its folder on a disk that logs."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from station.journal import FILE_NAME
from station.journal.file import connect_to_read
from station.tap import Kind, decode
from tests.crash.oracle import Kept, everything
from tests.fakes.simulator import PractiseBench, practising
from tests.fakes.station import IDENTITY, KEY, KEY_ID
from tests.pi.blocks.disk import logging_disk
from tests.pi.blocks.examined import Examiner
from tests.pi.blocks.wall import LIGHT, NO_FAULT
from tests.pi.blocks.writes import Flush, Write, changes

ROOT = Path(__file__).parents[3]
STATE = "state"
_FIRST_CARD = 0x04A1B2C3D4E500
_CONFIG = f"""
station = "{IDENTITY.station}"
school = "{IDENTITY.school}"
state_dir = "{{state}}"
[token]
key_id = "{KEY_ID}"
key = "school.key"
[[readers]]
name = "nfc"
kind = "pn532"
port = "{{port}}"
[panel]
kind = "gpio"
"""


@dataclass(frozen=True, slots=True)
class Life:
    """A disk's changes during a station's life, how long the log was at each light, and the last journal."""

    blank: Path
    changes: Sequence[Write | Flush]
    lights: Sequence[int]
    history: Sequence[Kept]

    @property
    def taps(self) -> list[int]:
        """Where in the history the taps are, counted from 1."""
        return [place for place, kept in enumerate(self.history, 1) if decode(kept.body).kind == Kind.TAP]

    def examine(self, root: Path, until: float) -> str | None:
        """Return what is wrong with a disk that was cut off before its log was so long."""
        return Examiner(self.history).examine(root / STATE, self._due(until))

    def _due(self, until: float) -> int:
        """Return how many entries must be there if nothing was seen but the lights of a shorter log."""
        lit = sum(length < until for length in self.lights)
        # A light for what was never stored asks for more than there is.
        return [0, *self.taps, len(self.history) + 1][min(lit, len(self.taps) + 1)]


def live(folder: Path, taps: Sequence[int], fault: str = NO_FAULT) -> Life:
    """Let a station take so many taps in each of its lives; only the last does not end by being killed."""
    with practising(folder) as bench, logging_disk(folder) as disk:
        wall = Wall(folder, disk.root / STATE, disk.log, bench)
        for number, count in enumerate(taps, 1):
            wall.run(fault, count, signal.SIGTERM if number == len(taps) else signal.SIGKILL)
        with closing(connect_to_read(disk.root / STATE / FILE_NAME)) as connection:
            history = everything(connection)
    return Life(disk.blank, list(changes(disk.log.read_bytes())), wall.lights, history)


class Wall:
    """A station's process, life after life, and the reader before it."""

    def __init__(self, folder: Path, state: Path, log: Path, bench: PractiseBench) -> None:
        self.lights: list[int] = []
        self._folder = folder
        self._log = log
        self._bench = bench
        self._cards = 0
        (folder / "station.toml").write_text(_CONFIG.format(state=state, port=bench.link), "utf-8")
        key = folder / "school.key"
        key.write_text(KEY.hex(), "ascii")
        key.chmod(0o600)

    def run(self, fault: str, taps: int, end: signal.Signals) -> None:
        """Live once: as many students tap as are told, each after the light of the one before."""
        with self._station(fault) as station:
            assert station.stdout is not None
            for _ in range(taps):
                self._cards += 1
                self._bench.do(f"put ntag {_FIRST_CARD + self._cards:014x}")
                self.lights.append(_lit(station.stdout))
            self._bench.do("remove")
            station.send_signal(end)
            code = station.wait(timeout=30)
            assert code == (0 if end == signal.SIGTERM else -end)

    @contextmanager
    def _station(self, fault: str) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-m", "tests.pi.blocks.wall", str(self._log), fault]
        command += ["run", "--config", str(self._folder / "station.toml")]
        environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        said = (self._folder / "station.log").open("a")
        with (
            said,
            subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=said, text=True
            ) as station,
        ):
            try:
                yield station
            finally:
                station.kill()


def _lit(said: IO[str]) -> int:
    word, _, length = said.readline().partition(" ")
    assert word == LIGHT, "the station ended before its light; its log is in station.log"
    return int(length)
