"""A station with every kind of reader that logs all it can, and every kind of card laid on it."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

from tests.fakes.practice_station import PracticeStation
from tests.fakes.simulator import ROOT
from tests.fakes.station_process import DEADLINE_S, wait_for

SCANNERS = """
[[readers]]
name = "scanner"
kind = "serial-line"
port = "{scanner}"
format = "lines"
[[readers]]
name = "fobs"
kind = "serial-line"
port = "{fobs}"
format = "rdm6300"
"""
NUMBERS = {
    "NTAG": "04a1b2c3d4e5f6",
    "Ultralight": "04be51c2977d80",
    "UID of ten bytes": "0487c1d2e3f4a59683b7",
    "MIFARE Classic": "82acb95d",
    "FeliCa": "0112ab3c4d5e0120",
    "SUN": "04de5f1eacc040",
    "SUN with a file": "04d15c8aa2b781",
    "SUN behind a random UID": "0495f3b7c81e62",
    "SUN in plain": "04e7a91b5c3d82",
    "mirrored UID": "04f2c86d17a583",
    "bank card": "4a1b9c3d",
    "DESFire": "04522a1b6c7093",
    "type B": "1a2bd94c",
    "fob": "3a7c91e5d2",
    "fob scanned": "5b0e8fa6c3",
    "printed code": "9f3ac1577be2d084",
    "staff": "04c1b2c3d4e5f7",
    "card to enrol": "04b1b2c3d4e5f8",
    "card with a fault": "0469d7f1a3b584",
    "card of a teacher's wallet": "7d91c2e6",
}
"""Raw numbers in hexadecimal."""
CARDS = (
    "ntag {NTAG}",
    "ultralight {Ultralight}",
    "ntag {UID of ten bytes}",
    "classic {MIFARE Classic}",
    "felica {FeliCa}",
    "sun {SUN}",
    "sun {SUN with a file} enc",
    "sun {SUN behind a random UID} random",
    "sun {SUN in plain} plain",
    "sun {mirrored UID} mirror",
    "phone 0123456789ABCDEF",
    "phone 1123456789ABCDEF locked",
    "bank {bank card}",
    "desfire {DESFire}",
    "type-b {type B}",
    "hostile sun-words",
    "hostile random-uid",
)
STUDENT, STUDENT_NUMBER = "Quispe", "9031774256"
NONSENSE = (
    "text uid:{card of a teacher's wallet}",
    f"text {STUDENT_NUMBER} Maria {STUDENT}",
    "bytes 02414203ff0d",
)
"""What a scanner may come upon; the first is answered, and nothing more till something sensible follows."""
LINES = ("text em:{fob scanned}", "text sc1:{printed code}", "qr 2123456789ABCDEF", "em {fob}")
FAULTS = ("bad-checksum", "truncated", "garbage", "short-list", "late-answer")


def named(line: str) -> str:
    """Return a line with the numbers it names."""
    return line.format_map({name: number.upper() for name, number in NUMBERS.items()})


@dataclass
class EveryReader(PracticeStation):
    """A practice station with a scanner and a reader of fobs as well, whose log goes to a file."""

    def __post_init__(self) -> None:
        super().__post_init__()
        links = {name: self.bench.link.with_name(name) for name in ("scanner", "fobs")}
        config = self.folder / "station.toml"
        before, panel, after = config.read_text(encoding="utf-8").partition("[panel]")
        config.write_text(before + SCANNERS.format(**links) + panel + after, encoding="utf-8")

    def start(self) -> None:
        """Start the station, telling all it can, and wait until it looks for cards."""
        with (self.folder / "station.log").open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "station.cli", "run", "--verbose", "--config", "station.toml"],
                cwd=self.folder,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        wait_for(lambda: self.signs()[-1:] not in ([], ["READER_DOWN"]), "a sign of the station")
        self.let_look()

    def end(self, how: signal.Signals) -> None:
        """End the station by a signal."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(DEADLINE_S)
        self.process = None

    def show(self, line: str) -> None:
        """Lay a card down, named by its line, let it be answered, and take it away."""
        self._await_answer(f"put {named(line)}")
        self.lift()

    def scan(self, line: str) -> None:
        """Let a scanner read something and be answered."""
        # A scanner does not say that a code was taken away: it was when nothing came for a while.
        self.pass_time(1_000)
        self._await_answer(f"scan {named(line)}")

    def tell(self, command: str, *options: str) -> None:
        """Run one of the short commands; what it prints goes to a file beside the others."""
        done = subprocess.run(
            [sys.executable, "-m", "station.cli", command, *options, "--config", "station.toml"],
            cwd=self.folder,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=DEADLINE_S,
            check=False,
        )
        (self.folder / f"{command}.txt").write_bytes(done.stdout + done.stderr)

    def _await_answer(self, line: str) -> None:
        before = len(self.signs())
        self.bench.do(line)
        wait_for(lambda: len(self.signs()) > before, f"an answer to {line}")
