"""Write into a tap's row what is known of its time: proven, attested, or decided by a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from central.store.models import AttendanceRecord, Station, Tap
from central.timeline import RULE_VERSION, Grade, Interval, grade, local_day
from central.work.open_times import Word

UNBOUNDED: Final = Interval(None, None)
TIMES: Final = [
    "earliest_at",
    "latest_at",
    "provable_earliest_at",
    "provable_latest_at",
    "time_quality",
    "time_rule",
    "on",
    "is_attested",
    "is_clock_doubted",
]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_Stage = AttendanceRecord.Stage
DECIDED: Final = {_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED}
_UNDATED: Final = {Grade.REVIEW, Grade.CONTRADICTION}


class Bells:
    """The meetings in one station's room, each day's asked for once, in the school's `zone`."""

    def __init__(self, station: Station) -> None:
        self.zone = ZoneInfo(station.school.time_zone)
        self._station = station
        self._spans: dict[date, Sequence[tuple[int, int]]] = {}

    def on(self, day: date) -> Sequence[tuple[int, int]]:
        """Return the meetings held on a day, as spans of ms UTC with the end left out."""
        if day not in self._spans:
            self._spans[day] = self._held(day)
        return self._spans[day]

    def _held(self, day: date) -> Sequence[tuple[int, int]]:
        held = {"since__lte": day, "until__gte": day, "meetings__weekday": day.weekday()}
        sections = self._station.room.sections.filter(**held)
        clocks = sections.values_list("meetings__starts", "meetings__ends")
        return [(self._ms(day, starts), self._ms(day, ends)) for starts, ends in clocks]

    def _ms(self, day: date, clock: time) -> int:
        return int(datetime.combine(day, clock, self.zone).timestamp() * 1000)


def set_time(row: Tap, interval: Interval, decided: Word | None, bells: Bells) -> bool:
    """Write an interval into a row, not saved; tell whether another time is known than was.

    A person's decision dates a tap that nothing else does. The grade stays that of the evidence.
    """
    before = _time(row)
    zone = bells.zone
    quality, day = grade(interval, zone), local_day(interval, zone)
    if quality is Grade.DAY and day is not None:
        quality = grade(interval, zone, bells.on(day))
    is_dated = quality not in _UNDATED
    if decided is not None and not is_dated:
        given = interval
        interval = _as_decided(given, decided)
        is_dated = interval is not given
    row.earliest_at, row.latest_at = instant(interval.earliest_ms), instant(interval.latest_ms)
    row.provable_earliest_at = instant(interval.provable_earliest_ms)
    row.provable_latest_at = instant(interval.provable_latest_ms)
    row.time_quality, row.time_rule = quality.value, RULE_VERSION
    row.is_attested, row.is_clock_doubted = interval.is_attested, interval.is_clock_doubted
    row.on = local_day(interval, zone) if is_dated else None
    if row.record is not None and row.record.stage in DECIDED and row.on != row.record.on:
        # A person decided on that day's record with this tap before them: only a person takes it away.
        row.on = None
    return before != _time(row)


def instant(at_ms: int | None) -> datetime | None:
    """Return a bound of an interval (ms UTC) as the records keep it, None where there is none."""
    try:
        return None if at_ms is None else _EPOCH + timedelta(milliseconds=at_ms)
    except OverflowError:
        # A raw clock at the end of its range; no calendar reaches there.
        return None


def _time(row: Tap) -> list[object]:
    return [getattr(row, name) for name in TIMES if name != "time_rule"]


def _as_decided(interval: Interval, decided: Word) -> Interval:
    """Return what a person decided within what is proven; the same interval where the two exclude each other.

    Where evidence contradicts itself only the bracket that trusts no clock of the station is held to it.
    """
    earliest_ms, latest_ms = interval.earliest_ms, interval.latest_ms
    if interval.is_contradiction:
        earliest_ms, latest_ms = interval.provable_earliest_ms, interval.provable_latest_ms
        if earliest_ms is not None and latest_ms is not None and earliest_ms > latest_ms:
            earliest_ms = latest_ms = None
    low = decided[0] if earliest_ms is None else max(decided[0], earliest_ms)
    high = decided[1] if latest_ms is None else min(decided[1], latest_ms)
    if low > high:
        return interval
    return replace(interval, earliest_ms=low, latest_ms=high, is_contradiction=False, is_attested=True)
