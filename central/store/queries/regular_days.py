"""Published: when the regular day of each student begins and ends, by the bell schedule of a date."""

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from central.domain.calendar import SchoolYear
from central.domain.recovery import RegularDay
from central.store.models import CalendarDay, Meeting, Placement


def regular_days(
    school_id: int, dates: Collection[date], students: Collection[str] | None = None
) -> dict[date, dict[str, RegularDay]]:
    """Return the regular day of every student with a class on each of the dates, by student number.

    From the first meeting's begin to the last one's end, time between classes included; a section
    without a track meets on the days its school year is taught anywhere. `students` narrows the
    answer to some. Three queries, however many dates.
    """
    taught = _taught(school_id, dates)
    meetings = _meetings(school_id)
    found: dict[date, dict[str, RegularDay]] = {on: {} for on in dates}
    for section, student, since, until in _places(school_id, students).iterator(chunk_size=5_000):
        for on in dates:
            if since > on or (until is not None and until < on):
                continue
            meeting = meetings.get((section, on.weekday()))
            if meeting is not None and _is_held(meeting, on, taught):
                found[on][student] = _wider(found[on].get(student), meeting)
    return found


def _taught(school_id: int, dates: Collection[date]) -> set[tuple[str, date]]:
    """Return (track key, date) and (year name, date) of everything taught on the dates."""
    days = CalendarDay.objects.filter(track__school_year__school=school_id, is_taught=True, on__in=dates)
    taught: set[tuple[str, date]] = set()
    for track, year, on in days.values_list("track_id", "track__school_year__name", "on"):
        taught |= {(f"track {track}", on), (year, on)}
    return taught


def _meetings(school_id: int) -> dict[tuple[int, int], Meeting]:
    rows = Meeting.objects.filter(section__school=school_id).select_related("section")
    return {(meeting.section_id, meeting.weekday): meeting for meeting in rows}


def _places(
    school_id: int, students: Collection[str] | None
) -> "QuerySet[Placement, tuple[int, str, date, date | None]]":
    places = Placement.objects.filter(section__school=school_id)
    if students is not None:
        places = places.filter(student__number__in=students)
    return places.values_list("section_id", "student__number", "since", "until")


def _is_held(meeting: Meeting, on: date, taught: Collection[tuple[str, date]]) -> bool:
    section = meeting.section
    if not section.since <= on <= section.until:
        return False
    calendar = SchoolYear.of(on).name if section.track_id is None else f"track {section.track_id}"
    return (calendar, on) in taught


def _wider(day: RegularDay | None, meeting: Meeting) -> RegularDay:
    if day is None:
        return RegularDay(meeting.starts, meeting.ends)
    return RegularDay(min(day.begins, meeting.starts), max(day.ends, meeting.ends))
