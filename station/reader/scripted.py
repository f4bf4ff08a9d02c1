"""A reader that reports what a script tells it, for tests and rehearsals without a device."""

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto

from station.clock import Clock
from station.reader import Credential, Presented, ReaderDown, ReaderEvent, ReaderHealth, ReaderUp, Reason
from station.reader.hold import CROWD, Crowd, Hold, Request

_POLL_S = 0.05


class Cue(Enum):
    """What a script can do beside laying a credential down."""

    REMOVE = auto()
    TWO_CARDS = auto()
    UNPLUG = auto()
    PLUG = auto()


@dataclass(frozen=True, slots=True)
class _Status:
    state: str
    since_ms: int


class ScriptedReader:
    """Play cues given beforehand or, from any thread, while it runs.

    A credential lies on the reader until REMOVE or the next credential; laid down twice it is reported
    once. What is laid down while unplugged is reported at PLUG, as with a real reader.
    """

    def __init__(
        self, name: str, clock: Clock, cues: Iterable[Credential | Reason | Request | Cue] = ()
    ) -> None:
        self.name = name
        self._clock = clock
        self._cues: queue.SimpleQueue[Credential | Reason | Request | Cue] = queue.SimpleQueue()
        # A script says when a thing is gone: no gap is to be waited for.
        self._hold = Hold(name, gap_ms=0)
        self._lying: Credential | Reason | Request | Crowd | None = None
        self._counters: Counter[str] = Counter()
        self._cycle_ms: int | None = None
        self._status = _Status("opening", clock.reading().raw_ms)
        for cue in cues:
            self.cue(cue)

    def cue(self, cue: Credential | Reason | Request | Cue) -> None:
        """Lay a credential (or something unreadable) on the reader, or do what the cue says."""
        self._cues.put(cue)

    def run(self, emit: Callable[[ReaderEvent], None], stop: threading.Event) -> None:
        """Play the cues until `stop` is set."""
        self._turn("ready")
        emit(ReaderUp(self.name))
        while not stop.is_set():
            self._cycle_ms = self._clock.reading().raw_ms
            self._counters["cycle"] += 1
            try:
                cue = self._cues.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            for event in self._play(cue):
                self._counters["presented"] += isinstance(event, Presented)
                emit(event)

    def health(self) -> ReaderHealth:
        """Say whether the script has it plugged in, and how often it was unplugged."""
        status = self._status
        resets = self._counters["unplugged"]
        return ReaderHealth(status.state, status.since_ms, resets, self._cycle_ms, dict(self._counters))

    def _play(self, cue: Credential | Reason | Request | Cue) -> list[ReaderEvent]:
        if cue is Cue.UNPLUG:
            self._counters["unplugged"] += 1
            self._turn("down")
            return [ReaderDown(self.name, "unplugged")]
        if cue is Cue.PLUG:
            self._turn("ready")
            return [ReaderUp(self.name), *self._look()]
        if cue is Cue.REMOVE:
            self._lying = None
        else:
            self._lying = CROWD if isinstance(cue, Cue) else cue
        return self._look() if self._status.state == "ready" else []

    def _look(self) -> list[ReaderEvent]:
        raw_ms = self._clock.reading().raw_ms
        # Often enough for the hold to believe it, whatever is there now.
        return [event for _ in range(3) for event in self._hold.see(self._lying, raw_ms)]

    def _turn(self, state: str) -> None:
        self._status = _Status(state, self._clock.reading().raw_ms)
