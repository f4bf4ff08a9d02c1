"""Who is let in, in which lane, and when to come back otherwise: decisions alone, with no IO and no clock."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from math import ceil
from typing import Final, TypeVar

from central.intake.budget import Budget

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST_WAIT_S: Final = 4.0
"""No more work is let in than is done in so many seconds."""
LANE_SHARE: Final = 0.75
"""Neither lane may fill the queue alone: of 4 s, one is always left for the other."""
FIRST_UNITS_A_SECOND: Final = 400.0
"""The capacity that is believed until it was measured; a heartbeat is a unit, 500 entries are 11."""
LIVE_ENTRIES: Final = 50
"""Fewer are one unit of work, as a heartbeat is: a class that came in at the bell is no backlog."""
LIVE_BYTES: Final = 16 * 1024
_HEAVIEST: Final = 11

_A_SECOND, _AT_ONCE = 10.0, 20.0
"""What one station may ask while others wait."""
_FAILURES_A_SECOND, _FAILURES_AT_ONCE = 2.0, 20.0
"""How many messages of one line that prove nothing are looked at."""
_UNPROVEN_AT_ONCE: Final = 32
_MOST_CALLERS: Final = 65_536
_LONGEST_S: Final = 3_600

# Only a queue that is never empty shows what can be done; what arrives shows it otherwise. A request whose
# body is still on its way is no work yet: lines that drip would make any machine look slow.
_SATURATED: Final = 8
_WINDOW_S: Final = 0.5
_WEIGHT: Final = 0.3
_LEAST_UNITS_A_SECOND: Final = 10.0


class Lane(Enum):
    """A station that is up to date sends little; one with a backlog sends all it may, again and again."""

    LIVE = "live"
    DRAIN = "drain"


@dataclass(frozen=True, slots=True)
class Asking:
    """What is known of a request before its body is read; all of it is a claim.

    `station` is None for a name that was never commissioned, `line` the address it comes from,
    `entries` None where the request names no range, `size` None where it names no length.
    """

    station: str | None
    line: str
    entries: int | None = None
    size: int | None = 0

    @property
    def lane(self) -> Lane:
        """Return where the request waits."""
        is_small = self.size is not None and self.size <= LIVE_BYTES
        return Lane.LIVE if is_small and (self.entries or 0) < LIVE_ENTRIES else Lane.DRAIN

    @property
    def units(self) -> int:
        """Return how much work the request is: no more than a full batch, and never nothing."""
        if self.entries is None:
            return 1 if self.lane is Lane.LIVE else _HEAVIEST
        return min(_HEAVIEST, 1 + max(0, self.entries) // LIVE_ENTRIES)


@dataclass(slots=True)
class Turn:
    """A request that was let in; whoever holds it gives it back with `Admission.done`."""

    asking: Asking
    is_proven: bool
    is_begun: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """A request that was not let in; `is_shed` says that the queue was full, not its own share used up."""

    retry_after_s: int
    is_shed: bool = False


@dataclass(slots=True)
class _Caller:
    budget: Budget
    is_proven: bool = False
    is_in_work: bool = False
    place_at_s: float = 0.0


@dataclass(slots=True)
class _Line:
    failures: Budget
    unproven: int = 0


@dataclass(slots=True)
class Admission:
    """One intake's door; every instant is of one monotonic clock, in seconds.

    A caller is a station's name together with the address it comes from: nobody uses up another's
    share by naming it.
    """

    units_a_second: float = FIRST_UNITS_A_SECOND
    _callers: "OrderedDict[tuple[str | None, str], _Caller]" = field(default_factory=OrderedDict)
    _lines: "OrderedDict[str, _Line]" = field(default_factory=OrderedDict)
    _waiting: dict[Lane, int] = field(default_factory=lambda: dict.fromkeys(Lane, 0))
    _in_work: int = 0
    _begun: int = 0
    _tail_at_s: float = 0.0
    _window_at_s: float | None = None
    _window_units: int = 0

    def ask(self, asking: Asking, at_s: float) -> Turn | Busy:
        """Let a request in or say when to come back; its body has not been read yet."""
        caller, line = self._caller(asking, at_s), self._line(asking.line, at_s)
        own_s = self._own_wait_s(caller, line, at_s)
        if own_s > 0:
            return Busy(_whole(own_s))
        if not self._has_room(asking):
            return Busy(_whole(self._place_s(caller, asking.units, at_s)), is_shed=True)
        caller.budget.take(at_s)
        caller.is_in_work = True
        line.unproven += not caller.is_proven
        self._waiting[asking.lane] += asking.units
        self._in_work += 1
        return Turn(asking, caller.is_proven)

    def begin(self, turn: Turn, at_s: float) -> None:
        """Note that all of a request is here, and nothing but this machine keeps it waiting."""
        self._measure(at_s)
        turn.is_begun = True
        self._begun += 1

    def prove(self, turn: Turn) -> None:
        """Note that a request is what it claims to be: its caller is known from now on."""
        self._callers[turn.asking.station, turn.asking.line].is_proven = turn.asking.station is not None

    def fail(self, turn: Turn, at_s: float) -> None:
        """Note that a request proved nothing: its line is looked at less often for a while."""
        self._lines[turn.asking.line].failures.take(at_s)

    def done(self, turn: Turn, at_s: float) -> None:
        """Take back the turn of a request that was answered, however."""
        asking = turn.asking
        self._callers[asking.station, asking.line].is_in_work = False
        self._lines[asking.line].unproven -= not turn.is_proven
        if turn.is_begun:
            self._window_units += asking.units
            self._begun -= 1
        self._measure(at_s)
        self._waiting[asking.lane] -= asking.units
        self._in_work -= 1

    def _own_wait_s(self, caller: _Caller, line: _Line, at_s: float) -> float:
        """Return how long the caller's own share keeps it out, 0 where it does not."""
        if caller.is_in_work:
            return 1.0
        if not caller.is_proven:
            if line.unproven >= _UNPROVEN_AT_ONCE:
                return 1.0
            if (wait_s := line.failures.wait_s(at_s)) > 0:
                return wait_s
        # Alone, a station may drain as fast as it can.
        return caller.budget.wait_s(at_s) if self._in_work else 0.0

    def _has_room(self, asking: Asking) -> bool:
        lane, total = self._waiting[asking.lane], sum(self._waiting.values())
        most = MOST_WAIT_S * self.units_a_second
        is_within = lane + asking.units <= LANE_SHARE * most and total + asking.units <= most
        return is_within or lane == 0

    def _place_s(self, caller: _Caller, units: int, at_s: float) -> float:
        """Return in how many seconds a caller's place in the line of those sent away comes.

        Behind everything that was let in, and behind everybody who was sent away before: they do
        not come back together. Whoever asks again before its time keeps its place.
        """
        if caller.place_at_s <= at_s:
            queued_s = sum(self._waiting.values()) / self.units_a_second
            tail_at_s = max(self._tail_at_s, at_s + queued_s) + units / self.units_a_second
            self._tail_at_s = caller.place_at_s = min(tail_at_s, at_s + _LONGEST_S)
        return caller.place_at_s - at_s

    def _measure(self, at_s: float) -> None:
        """Follow the rate at which work is done, while enough of it waits; called at every change."""
        if self._window_at_s is not None and at_s - self._window_at_s >= _WINDOW_S:
            seen = self._window_units / (at_s - self._window_at_s)
            self.units_a_second += _WEIGHT * (seen - self.units_a_second)
            self.units_a_second = max(_LEAST_UNITS_A_SECOND, self.units_a_second)
            self._window_at_s = None
        if self._begun < _SATURATED:
            self._window_at_s = None
        elif self._window_at_s is None:
            self._window_at_s, self._window_units = at_s, 0

    def _caller(self, asking: Asking, at_s: float) -> _Caller:
        key = (asking.station, asking.line)
        caller = self._callers.get(key)
        if caller is None:
            caller = self._callers[key] = _Caller(Budget(_A_SECOND, _AT_ONCE, at_s))
            _forget(self._callers, lambda one: not one.is_in_work)
        self._callers.move_to_end(key)
        return caller

    def _line(self, name: str, at_s: float) -> _Line:
        line = self._lines.get(name)
        if line is None:
            line = self._lines[name] = _Line(Budget(_FAILURES_A_SECOND, _FAILURES_AT_ONCE, at_s))
            _forget(self._lines, lambda one: one.unproven == 0)
        self._lines.move_to_end(name)
        return line


def _whole(seconds: float) -> int:
    # Retry-After is whole seconds, and 0 would be no time at all.
    return min(_LONGEST_S, max(1, ceil(seconds)))


def _forget(kept: "OrderedDict[Key, Value]", is_idle: Callable[[Value], bool]) -> None:
    """Drop the one that asked longest ago once there are too many; names cost nothing to make up."""
    if len(kept) > _MOST_CALLERS:
        oldest = next((key for key, value in kept.items() if is_idle(value)), None)
        if oldest is not None:
            del kept[oldest]
