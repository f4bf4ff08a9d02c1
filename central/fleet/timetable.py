"""When stations are on and when students come: one stretch of minutes, or school days with nights between."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from central.fleet.clockwork import Clockwork
from central.fleet.machine import Machine
from central.fleet.plan import MINUTE_MS, Scale

ZONE: Final = ZoneInfo("America/Los_Angeles")
FIRST_DAY: Final = date(2026, 10, 19)
"""A Monday two weeks before the clocks go back, so that a month has a day of 25 hours."""
ON_AT: Final = time(7, 30)
OFF_AT: Final = time(16, 0)
BELLS: Final = (time(8, 0), time(9, 30), time(11, 0), time(13, 0), time(14, 30))
ARRIVAL_MS: Final = 90_000
"""Within so long after the bell a class has come in."""

_FRIDAY: Final = 4
_AGAIN: Final = 0.05
_UID_BYTES: Final = 7


def start_ms(scale: Scale) -> int:
    """Return when the run begins, in ms UTC."""
    return _ms(FIRST_DAY, time(10, 0) if scale.is_short else time(7, 0))


def end_ms(scale: Scale) -> int:
    """Return when the last student has come and faults strike no more."""
    if scale.is_short:
        return start_ms(scale) + scale.minutes * MINUTE_MS
    *_, last = school_days(scale.days)
    return _ms(last, OFF_AT)


def school_days(number: int) -> Iterator[date]:
    """Yield so many days from Monday to Friday."""
    on = FIRST_DAY
    while number:
        if on.weekday() <= _FRIDAY:
            yield on
            number -= 1
        on += timedelta(days=1)


@dataclass(slots=True)
class Timetable:
    """Arranges one machine's days; in the morning a clock is set by the network again."""

    scale: Scale
    clockwork: Clockwork

    def arrange(self, machine: Machine, dice: random.Random) -> None:
        """Arrange when a machine is on and who taps at it, from now to the end of the run."""
        if self.scale.is_short:
            self.clockwork.after(dice.randrange(20_000), machine.power_on)
            self._next_tap(machine, dice)
            return
        for on in school_days(self.scale.days):
            if _ms(on, ON_AT) >= self.clockwork.now_ms:
                self._day(machine, on, dice)

    def _day(self, machine: Machine, on: date, dice: random.Random) -> None:
        morning_ms = _ms(on, ON_AT) + dice.randrange(10 * MINUTE_MS)
        self.clockwork.at(morning_ms, partial(_open, machine))
        evening_ms = _ms(on, OFF_AT) + dice.randrange(10 * MINUTE_MS)
        # On the last day nobody goes home before everything has arrived.
        if evening_ms < end_ms(self.scale):
            self.clockwork.at(evening_ms, machine.power_off)
        for bell in BELLS:
            for _ in range(round(self.scale.taps_a_day / len(BELLS))):
                at_ms = _ms(on, bell) + dice.randrange(ARRIVAL_MS)
                self.clockwork.at(at_ms, partial(_tap, machine, dice))

    def _next_tap(self, machine: Machine, dice: random.Random) -> None:
        mean_ms = self.scale.minutes * MINUTE_MS / min(12, 2 + self.scale.minutes)
        at_ms = self.clockwork.now_ms + int(dice.expovariate(1 / mean_ms))
        if at_ms < end_ms(self.scale):
            self.clockwork.at(at_ms, partial(self._tap_and_next, machine, dice))

    def _tap_and_next(self, machine: Machine, dice: random.Random) -> None:
        for _ in range(dice.choice((1, 1, 1, 3, 8))):
            _tap(machine, dice)
        self._next_tap(machine, dice)


def _open(machine: Machine) -> None:
    # Most mornings a time server is there before the first student.
    machine.board.offset_ms = machine.dice.randrange(-200, 200)
    machine.board.is_synchronised, machine.board.stuck_at_ms = True, None
    machine.power_on()


def _tap(machine: Machine, dice: random.Random) -> None:
    value = (b"\x04" + dice.randbytes(_UID_BYTES - 1)).hex()
    machine.tap(value)
    if dice.random() < _AGAIN:
        # Who saw no light, or did not look, holds the card there once more.
        machine.tap(value)


def _ms(on: date, at: time) -> int:
    return int(datetime.combine(on, at, ZONE).astimezone(UTC).timestamp() * 1000)
