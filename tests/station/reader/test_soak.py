"""Whatever befalls a reader, in whatever order, the next good card is read, and soon."""

import gc
import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

import pytest

from station.clock import SystemClock
from station.reader import Presented, ReaderSettings
from station.reader.hold import Hold
from station.reader.nfc import NfcReader
from station.reader.supervised import Pace
from station.simulator.faults import FAULTS
from station.simulator.hostile import HOSTILE
from tests.fakes.simulator import Listener, PractiseBench, practising

CLEAN_PROBES = 500
SOAK_S = 600
SEED = 20261120
# A reader's tries are its looks, the looks a fault ended, and the openings that failed.
WORST_TRIES = 40
PROBE_S = 30.0
# Without pauses: a station's own are 15 and 40 ms.
PACE = Pace(0.001, 0.001)
CARDS = (
    "ntag 04{:010x}aa",
    "ultralight 04{:010x}bb",
    "classic 20{:06x}",
    "felica 0112{:012x}",
    "phone {:016x}",
    "sun 04{:010x}cc",
    "sun 04{:010x}dd enc",
)
CROWDS = {
    "crowd": ("put bank", "also classic 1A2B3C4D"),
    "hostile changing-uid": ("put hostile changing-uid",),
}
OPEN_FILES = Path("/proc/self/fd")
BAUDS = (115200, 230400, 460800)

log = logging.getLogger(__name__)


@dataclass
class Soak:
    """One run: what befell the reader, and how each good card laid down after it fared."""

    bench: PractiseBench
    listener: Listener
    dice: random.Random
    laid: list[str] = field(default_factory=list)
    counted: int = 0
    worst_tries: int = 0
    worst_s: float = 0.0
    mishaps: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)

    def run(self, is_over: Callable[["Soak"], bool]) -> None:
        """Go on until told that it is over; fail at the first card that is lost."""
        kinds: list[Callable[[], str]] = [self._fault, self._unplug, self._baud, self._card, self._jitter]
        while not is_over(self):
            befalls = self.dice.choices(kinds, (10, 2, 2, 8, 2))[0]
            mishap = befalls()
            self.mishaps[mishap] += 1
            for _ in range(self.dice.randint(1, 5)):
                self._probe(mishap)

    def _probe(self, mishap: str) -> None:
        card = self.dice.choice(CARDS).format(len(self.laid) + 1)
        value = card.split()[1]
        self.laid.append(value)
        tries, began = self._tries(), time.monotonic()
        self.bench.do(f"put {card}")
        while not self.read[value]:
            assert time.monotonic() < began + PROBE_S, f"{card} was lost after {mishap}: {self._tail()}"
            self._wait()
        self.worst_tries = max(self.worst_tries, self._tries() - tries)
        self.worst_s = max(self.worst_s, time.monotonic() - began)
        # A hand is not so quick as to give each look another card.
        self._let_pass(2)

    def _wait(self) -> None:
        self.listener.wait_until(lambda: len(self.listener.events) > self.counted)
        self.count()

    def count(self) -> None:
        """Count the cards read since this was last asked."""
        fresh = self.listener.events[self.counted :]
        self.counted += len(fresh)
        self.read.update(event.credential.value for event in fresh if isinstance(event, Presented))

    def _tries(self) -> int:
        counters = self.listener.reader.health().counters
        return sum(counters.get(name, 0) for name in ("cycle", "link-fault", "open-failed"))

    @property
    def _hold(self) -> Hold:
        assert isinstance(self.listener.reader, NfcReader)
        return self.listener.reader._hold

    def _tail(self) -> str:
        return f"{self.listener.events[-5:]}, {self.listener.reader.health()}"

    def _fault(self) -> str:
        name = self.dice.choice(list(FAULTS))
        self.bench.do(f"fault {name} {self.dice.randint(1, 4)}")
        return name

    def _unplug(self) -> str:
        self.bench.do("unplug")
        if self.dice.random() < 0.5:
            self._let_pass(1)
        self.bench.do("plug")
        return "unplug"

    def _baud(self) -> str:
        if self.dice.random() < 0.3:
            self.bench.do("power-cut")
            return "power-cut"
        self.bench.do(f"stale-baud {self.dice.choice(BAUDS)}")
        return "stale-baud"

    def _card(self) -> str:
        name = self.dice.choice(
            ["bank", "desfire", "type-b", "crowd", *(f"hostile {name}" for name in HOSTILE)]
        )
        for card in CROWDS.get(name, (f"put {name}",)):
            self.bench.do(card)
        self._let_pass(self.dice.randint(0, 3))
        if name in CROWDS:
            # None of several is read until all are gone.
            self.bench.do("remove")
            self.listener.wait_until(lambda: self._hold.is_empty)
        return name

    def _jitter(self) -> str:
        self.bench.do(f"jitter {self.dice.randint(1, 5)}")
        return "jitter"

    def _let_pass(self, tries: int) -> None:
        target = self._tries() + tries
        self.listener.wait_until(lambda: self._tries() >= target)


def _soak(folder: Path, seed: int, is_over: Callable[[Soak], bool]) -> Soak:
    with practising(folder) as bench:
        settings = ReaderSettings("nfc", "pn532", str(bench.link), 921600)
        reader = NfcReader(settings, SystemClock(boot=1), lambda _wall_ms: bytes(28), pace=PACE)
        with Listener(reader) as listener:
            soak = Soak(bench, listener, random.Random(seed))  # noqa: S311 (what befalls a reader need be no secret)
            soak.run(is_over)
            soak.count()
            health = reader.health()
    log.info(
        "%d cards read, %d mishaps, worst after %d tries (%.2f s), opened %d times, %d faults; %s",
        len(soak.laid),
        soak.mishaps.total(),
        soak.worst_tries,
        soak.worst_s,
        health.counters["opened"],
        health.counters["link-fault"],
        dict(soak.mishaps),
    )
    return soak


def _three_at_once(folder: Path, seed: int, is_over: Callable[[Soak], bool]) -> int:
    """Let three readers suffer side by side, each by dice of its own; return how many cards they read."""
    folders = [folder / str(at) for at in range(3)]
    for each in folders:
        each.mkdir(parents=True)
    # What tests before this one left to the collector is closed now, and not while the readers suffer.
    gc.collect()
    before = len(list(OPEN_FILES.iterdir()))
    with ThreadPoolExecutor(len(folders)) as threads:
        soaks = list(threads.map(_soak, folders, (seed, seed + 1, seed + 2), repeat(is_over)))
    assert len(list(OPEN_FILES.iterdir())) <= before
    assert [value for soak in soaks for value in soak.laid if soak.read[value] != 1] == []
    assert max(soak.worst_tries for soak in soaks) <= WORST_TRIES
    return sum(len(soak.laid) for soak in soaks)


def test_five_hundred_cards_are_read_whatever_befalls_the_reader(tmp_path: Path) -> None:
    assert _three_at_once(tmp_path, SEED, lambda soak: len(soak.laid) * 3 >= CLEAN_PROBES) >= CLEAN_PROBES


@pytest.mark.soak
@pytest.mark.timeout(SOAK_S + 120)
def test_ten_minutes_of_mishaps_lose_no_card(tmp_path: Path) -> None:
    until = time.monotonic() + SOAK_S
    assert _three_at_once(tmp_path, SEED + 100, lambda _soak: time.monotonic() > until) >= CLEAN_PROBES
