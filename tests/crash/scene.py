"""One station's folder and its process, on the real path of a tap, that says where it is in its life."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from station.clock import HandClock
from station.disk import Disk
from station.journal import FILE_NAME, JournalReader
from station.loop import show
from station.reader import Credential
from station.sidecar import FOLDER as SIDECAR
from station.sidecar import Sidecar
from station.tap import Json, Kind
from station.verdict import Verdict
from tests.fakes.station import Bench

SENSED = "sensed"
EPOCH = "epoch"
EARLY = "the light before the commit"
UNSAFE = {
    "WAL/NORMAL": "PRAGMA synchronous = NORMAL",
    "DELETE/FULL": "PRAGMA journal_mode = DELETE",
    "no flush at all": "PRAGMA synchronous = OFF",
}

_FIRST_CARD = 0x04A1B2C3D4E500
_BALLAST_BYTES = 64 * 1024
_SIDECAR_ROWS = 8


def card(number: int) -> Credential:
    """Return one of as many cards as are wanted."""
    return Credential("uid", f"{_FIRST_CARD + number:014x}", "nfc-a", 1, None)


class Scene:
    """One station's folder over several runs of its process, with a fault of ours in it or none."""

    def __init__(self, root: Path, fault: str) -> None:
        self.root = root
        self.clock = HandClock()
        self._fault = fault
        self._cards = 0

    @contextmanager
    def open(self) -> Iterator[Bench]:
        """Run the station once, its ballast and its sidecar included."""
        self.clock.reboot()
        disk = Disk(self.root, _BALLAST_BYTES)
        disk.prepare()
        bench = Bench(self.root, self.clock)
        bench.station.disk = disk
        if self._fault in UNSAFE:
            bench.journal._connection.execute(UNSAFE[self._fault]).fetchall()
        say(EPOCH, bench.journal.head.epoch)
        with self._copying(bench):
            boot: Json = {"boot_id": "b", "sw": "0", "clean": bench.journal.was_clean}
            bench.journal.append(Kind.BOOT, boot, self.clock.reading())
            yield bench
            bench.journal.append(Kind.SHUTDOWN, {}, self.clock.reading())
        bench.close()

    def tap(self, bench: Bench, times: int) -> None:
        """Let as many students tap, one a second, each with a card of their own."""
        for _ in range(times):
            self.clock.advance(1_000)
            self._cards += 1
            event = bench.present(card(self._cards))
            say(SENSED, self._cards)
            if self._fault == EARLY:
                bench.station.answered.seq = bench.journal.head.seq + 1
                show(bench.panel, Verdict.WELCOME)
            bench.react(event)

    @contextmanager
    def _copying(self, bench: Bench) -> Iterator[None]:
        sidecar, stop = Sidecar(self.root / SIDECAR, flush_rows=_SIDECAR_ROWS), threading.Event()
        sidecar.begin(JournalReader(self.root / FILE_NAME))
        bench.journal.watch(sidecar.add)
        thread = threading.Thread(target=sidecar.run, args=(stop,))
        thread.start()
        yield
        stop.set()
        thread.join()


def say(word: str, number: int) -> None:
    """Say something on standard output, in one call."""
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()
