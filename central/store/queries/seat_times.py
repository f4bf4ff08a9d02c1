"""Published: how long taps prove that students certified present sat in their classes."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from central.domain.minutes import SeatTime
from central.store.models import AttendanceRecord, Meeting, SchoolYear

_MINUTE = timedelta(minutes=1)
_AT_ONCE = 5_000


def seat_times(year: SchoolYear, records: Collection[int], days: Collection[date]) -> list[SeatTime]:
    """Return the seat time behind those of the records that rest on taps and lie on one of the days.

    Both instants of a record are the ones nobody can doubt, so the whole minutes between them are
    proven. A class without a meeting on the weekday has no scheduled time and is left out.
    """
    scheduled = {
        (section, weekday): _minutes(starts, ends)
        for section, weekday, starts, ends in Meeting.objects.filter(section__school_year=year).values_list(
            "section_id", "weekday", "starts", "ends"
        )
    }
    rows = AttendanceRecord.objects.filter(
        section__school_year=year, source=AttendanceRecord.Source.TAP, on__in=days
    ).order_by("section__code", "on", "student__number")
    columns = ("pk", "student__number", "on", "section_id", "section__code", "first_in_at", "last_out_at")
    return [
        SeatTime(student, on, section, scheduled[key, on.weekday()], _proven(came, left))
        for record, student, on, key, section, came, left in rows.values_list(*columns).iterator(_AT_ONCE)
        if record in records and (key, on.weekday()) in scheduled
    ]


def _minutes(starts: time, ends: time) -> int:
    return (ends.hour - starts.hour) * 60 + ends.minute - starts.minute


def _proven(came: datetime | None, left: datetime | None) -> int | None:
    return None if came is None or left is None else max(0, (left - came) // _MINUTE)
