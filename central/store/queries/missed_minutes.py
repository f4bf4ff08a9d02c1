"""Published: how long students were away from classes on days they came, as their records now say."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from central.domain.calendar import SchoolYear as Year
from central.store.models import AttendanceRecord, Meeting, SchoolYear

_AT_ONCE: Final = 500
_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage
_COUNTING: Final = (_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED)
_COLUMNS: Final = ("student__number", "on", "section_id", "mark", "first_in_at", "last_out_at")


def missed_minutes(year: SchoolYear, students: Sequence[str], until: date) -> dict[tuple[str, date], int]:
    """Return the longest time away from one class, in minutes, by student number and date.

    Only certified records speak, and only of days with presence in some class: coming late, leaving
    early, or missing a class altogether. A time nobody recorded is no time away.
    """
    named = Year(year.name)
    zone = ZoneInfo(year.school.time_zone)
    hours = {
        (section, weekday): (starts, ends)
        for section, weekday, starts, ends in Meeting.objects.filter(section__school_year=year).values_list(
            "section_id", "weekday", "starts", "ends"
        )
    }
    longest: dict[tuple[str, date], int] = defaultdict(int)
    came: set[tuple[str, date]] = set()
    for start in range(0, len(students), _AT_ONCE):
        records = AttendanceRecord.objects.filter(
            section__school_year=year,
            student__number__in=students[start : start + _AT_ONCE],
            stage__in=_COUNTING,
            on__range=(named.starts_on, min(named.ends_on, until)),
        )
        for student, on, section, mark, first, last in records.values_list(*_COLUMNS):
            key = (student, on)
            if mark == _Mark.PRESENT:
                came.add(key)
            if meeting := hours.get((section, on.weekday())):
                stayed = None if mark == _Mark.ABSENT else (first, last)
                longest[key] = max(longest[key], _away(meeting, stayed, zone))
    return {key: minutes for key, minutes in longest.items() if minutes and key in came}


def _away(
    meeting: tuple[time, time], stayed: tuple[datetime | None, datetime | None] | None, zone: ZoneInfo
) -> int:
    """Return the minutes away from one class; `stayed` is None for who missed all of it."""
    starts, ends = map(_minute, meeting)
    if stayed is None:
        return ends - starts
    first, last = (moment.astimezone(zone).time() if moment else None for moment in stayed)
    late = 0 if first is None else _minute(first) - starts
    early = 0 if last is None else ends - _minute(last)
    return max(0, late, early)


def _minute(clock: time) -> int:
    return 60 * clock.hour + clock.minute
