"""Keep one reader going for ever: open it, read cycle by cycle, recover, open it again."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from station.clock import Clock
from station.logs import Log
from station.reader import ReaderDown, ReaderEvent, ReaderHealth, ReaderUp
from station.reader.hold import Hold, Sight
from station.reader.port import word_for

log = Log("station.reader")

_SOFT_FAULTS = 3
_FIRST_BACKOFF_S = 0.05
_LONGEST_BACKOFF_S = 1.0
_FAILURES_BEFORE_RESET = 5


class Pace(NamedTuple):
    """How long a reader rests between two looks while nothing, or something, lies there.

    0 is for a device whose own read waits. One open for `renew_ms` is opened anew as soon as nothing lies
    there, since some fall silent without a fault.
    """

    idle_s: float = 0.0
    held_s: float = 0.0
    renew_ms: int | None = None


UNPACED = Pace()


class Device(Protocol):
    """A reader while it is open. Whatever any of these raises is taken for a fault of the link."""

    def look(self) -> Sequence[Sight]:
        """Do one read cycle and return what was seen, oldest first; nothing when it tells nothing."""

    def recover(self, pause: Callable[[float], object]) -> None:
        """Bring the link back in step after a fault."""

    def close(self) -> None:
        """Give the port back."""


class SupervisedReader:
    """A reader whose device may fail in any way at any time.

    `open_device(pause)` opens it; `reset` pulls its reset line.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        hold: Hold,
        open_device: Callable[[Callable[[float], object]], Device],
        *,
        reset: Callable[[], None] | None = None,
        pace: Pace = UNPACED,
    ) -> None:
        self.name = name
        self._clock = clock
        self._hold = hold
        self._open_device = open_device
        self._reset = reset
        self._pace = pace
        self._counters: Counter[str] = Counter()
        self._cycle_ms: int | None = None
        self._status = ("opening", clock.reading().raw_ms)
        self._announced: bool | None = None
        self._fault: str | None = None

    def run(self, emit: Callable[[ReaderEvent], None], stop: threading.Event) -> None:
        """Read until `stop` is set; report what is presented, and every loss and return of the device."""
        failures, backoff_s = 0, 0.0
        while not stop.wait(backoff_s):
            self._cycle_ms = self._clock.reading().raw_ms
            if self._session(emit, stop):
                failures, backoff_s = 0, 0.0
                continue
            failures += 1
            backoff_s = min(_LONGEST_BACKOFF_S, backoff_s * 2 or _FIRST_BACKOFF_S)
            if failures % _FAILURES_BEFORE_RESET == 0:
                self._pull_reset()

    def health(self) -> ReaderHealth:
        """Say how the reader fares; callable from any thread."""
        state, since_ms = self._status
        resets = max(0, self._counters["opened"] - 1)
        return ReaderHealth(state, since_ms, resets, self._cycle_ms, dict(self._counters), self._fault)

    def _session(self, emit: Callable[[ReaderEvent], None], stop: threading.Event) -> bool:
        """Open the device and read until it fails; return whether it worked for one cycle at least."""
        try:
            device = self._open_device(stop.wait)
        except Exception as error:  # noqa: BLE001 (drivers raise eight unrelated classes; none may end the thread)
            self._counters["open-failed"] += 1
            self._down(word_for(error), emit)
            return False
        self._counters["opened"] += 1
        try:
            worked = self._read(device, emit, stop)
        finally:
            _close(device)
        if stop.is_set():
            return True
        if worked:
            self._turn("opening")
            log.info("reader.reopen", reader=self.name)
        else:
            self._down("link-lost", emit)
        return worked

    def _read(self, device: Device, emit: Callable[[ReaderEvent], None], stop: threading.Event) -> bool:
        faults, worked, opened_ms = 0, False, self._clock.reading().raw_ms
        while faults < _SOFT_FAULTS and not stop.is_set() and not self._is_old(opened_ms):
            try:
                sights = device.look()
            except Exception as error:  # noqa: BLE001 (as above: whatever a driver raises is a fault of the link)
                faults += 1
                self._counters["link-fault"] += 1
                log.debug("reader.fault", reader=self.name, error=type(error).__name__, faults=faults)
                if not _recovers(device, stop.wait):
                    break
                continue
            faults, worked = 0, True
            self._up(emit)
            self._report(sights, emit)
            stop.wait(self._pace.idle_s if self._hold.is_empty else self._pace.held_s)
        return worked

    def _is_old(self, opened_ms: int) -> bool:
        if self._pace.renew_ms is None or not self._hold.is_empty:
            return False
        return self._clock.reading().raw_ms - opened_ms >= self._pace.renew_ms

    def _up(self, emit: Callable[[ReaderEvent], None]) -> None:
        self._turn("ready")
        if self._announced is not True:
            self._announced = True
            log.info("reader.up", reader=self.name, opened=self._counters["opened"])
            emit(ReaderUp(self.name))

    def _down(self, reason: str, emit: Callable[[ReaderEvent], None]) -> None:
        self._turn("down")
        self._fault = reason
        if self._announced is not False:
            self._announced = False
            log.warning("reader.down", reader=self.name, reason=reason)
            emit(ReaderDown(self.name, reason))

    def _report(self, sights: Sequence[Sight], emit: Callable[[ReaderEvent], None]) -> None:
        raw_ms = self._clock.reading().raw_ms
        self._cycle_ms = raw_ms
        self._counters["cycle"] += 1
        for sight in sights:
            for event in self._hold.see(sight, raw_ms):
                self._counters[type(event).__name__.lower()] += 1
                emit(event)

    def _pull_reset(self) -> None:
        if self._reset is None:
            return
        self._counters["reset-line"] += 1
        log.warning("reader.reset", reader=self.name)
        try:
            self._reset()
        except Exception:
            # A reset line that cannot be driven must not end the reading.
            log.exception("reader.reset-failed", reader=self.name)

    def _turn(self, state: str) -> None:
        if self._status[0] != state:
            self._status = (state, self._clock.reading().raw_ms)


def _recovers(device: Device, pause: Callable[[float], object]) -> bool:
    try:
        device.recover(pause)
    except Exception:  # noqa: BLE001 (a link that cannot be brought back in step is opened anew, whatever the reason)
        return False
    return True


def _close(device: Device) -> None:
    try:
        device.close()
    except Exception as error:  # noqa: BLE001 (the port is gone either way)
        log.debug("reader.close", error=type(error).__name__)
