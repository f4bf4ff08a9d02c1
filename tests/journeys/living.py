"""One life of a station after another on one journal, each ended by SIGKILL at a moment the dice choose."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from demo.programs import Program
from station.clock import PracticeClock, SystemClock
from station.journal import Row
from station.tap import Kind, decode
from tests.fakes.journey import PANEL, Site
from tests.fakes.simulator import PractiseBench
from tests.fakes.station_process import DEADLINE_S
from tests.journeys.hand import Hand
from tests.journeys.lights import Light, faults, shown

RUN = ("rollbook-station", "run")
_STARTING_S = 1.0
# A light that comes before the commit comes a disk's flush before it: whoever kills in between must be quick.
_A_GLANCE_S = 0.0002


@dataclass(frozen=True, slots=True)
class Moment:
    """When a life ends: so many lights after the first one, and so long after that.

    `lights` is none for a station killed while it starts. `is_held`: the card then on the reader
    lies there until the next life has seen it.
    """

    lights: int | None
    after_s: float
    is_held: bool


def moments(seed: int, count: int) -> list[Moment]:
    """Throw the dice: one life in four ends while it starts, one in three with a card left lying."""
    dice = random.Random(seed)  # noqa: S311 (a failure must come again with the same seed)
    return [
        Moment(None, dice.uniform(0.0, _STARTING_S), is_held=dice.random() < 1 / 3)
        if dice.random() < 1 / 4
        else Moment(
            dice.randrange(12), dice.choice([0.0, dice.uniform(0.0, 0.09)]), is_held=dice.random() < 1 / 3
        )
        for _ in range(count)
    ]


@dataclass
class Station:
    """A room's station that is started and killed again and again, while a hand lays cards on its reader."""

    site: Site
    hand: Hand
    command: Sequence[str] = RUN
    lights: list[Light] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def panel(self) -> Path:
        """The record of what this life's panel showed."""
        return self.site.room.folder / PANEL

    def start(self) -> Program:
        """Begin a life."""
        arguments = [*self.command, "--config", str(self.site.room.station_config)]
        root = str(Path(__file__).parents[2])
        return Program(arguments, self.site.premises.logs / "station.log", {"PYTHONPATH": root})

    def live_until(self, moment: Moment) -> None:
        """Live one life to the moment it is killed at."""
        program = self.start()
        try:
            if moment.lights is not None:
                self.wait_for_lights(1)
                self.hand.flow()
                self.wait_for_lights(1 + moment.lights)
            if moment.is_held:
                self.hand.keep()
            if moment.after_s:
                threading.Event().wait(moment.after_s)
        finally:
            program.kill()
        self.look_back()
        if not moment.is_held:
            self.hand.flow()

    def wait_for_lights(self, count: int) -> None:
        """Return at the very moment at which this life has shown so many answers to cards."""
        pause, end = threading.Event(), time.monotonic() + DEADLINE_S
        seen_bytes = -1
        while True:
            size = self.panel.stat().st_size if self.panel.exists() else 0
            if size != seen_bytes and sum(light.answers_a_card for light in shown(self.panel)) >= count:
                return
            seen_bytes = size
            assert time.monotonic() < end, f"light {count} did not come in {DEADLINE_S} s"
            pause.wait(_A_GLANCE_S)

    def look_back(self) -> None:
        """Take up what the life left behind, which must continue what was there before."""
        self.lights += shown(self.panel)
        self.panel.unlink(missing_ok=True)
        before, self.rows = self.rows, self.site.journal() if self.has_begun() else []
        assert self.rows[: len(before)] == before, "the journal is not the continuation of itself"

    def has_begun(self) -> bool:
        """Say whether there is a journal: the very first life may have been too short."""
        return (self.site.room.state / "journal.sqlite").exists()

    def faults(self) -> list[str]:
        """Return every light that promised what the journal does not keep."""
        return faults(self.lights, self.rows, self.hand.laid())

    def end(self) -> None:
        """Live one last life, tap a little more, and end it as a person would."""
        program = self.start()
        self.hand.flow()
        self.wait_for_lights(3)
        assert program.stop() == 0
        self.look_back()

    def boots(self) -> list[bool]:
        """Say of every start that came to be journalled whether the life before had ended well."""
        entries = (decode(row.body) for row in self.rows)
        payloads = (entry.payload for entry in entries if entry.kind == Kind.BOOT)
        return [bool(payload["clean"]) for payload in payloads if isinstance(payload, dict)]


@contextmanager
def station_of(site: Site, seed: int, command: Sequence[str] = RUN) -> Iterator[Station]:
    """Give a station that can be started, with a reader and a hand that are at work already."""
    room = site.room
    options = ["--link", str(room.folder / "nfc"), "--scanner-link", str(room.folder / "fob-reader")]
    clock = PracticeClock(site.premises.clock, SystemClock(boot=1))
    dice = random.Random(seed)  # noqa: S311 (as above)
    with ExitStack() as stack:
        bench = PractiseBench(room.folder, options=options)
        stack.callback(bench.end)
        hand = Hand(bench, site.school_key(), dice, lambda: clock.reading().raw_ms)
        yield Station(site, stack.enter_context(hand), command)
