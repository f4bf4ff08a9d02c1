"""Published: what a student may see about themselves: today's classes, the record, who looked at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    CheckIn,
    Meeting,
    Section,
    Student,
    Viewing,
)

_NEWEST = 200


@dataclass(frozen=True, slots=True)
class OwnClass:
    """One class of a student's day, with what was recorded of it so far."""

    section: Section
    meeting: Meeting | None
    is_taught: bool
    record: AttendanceRecord | None
    check_in: CheckIn | None


def classes_of_day(student: Student, on: date) -> list[OwnClass]:
    """Return the classes a student has a place in that meet on a day, by their start."""
    sections = Section.objects.filter(
        placements__student=student, placements__since__lte=on, since__lte=on, until__gte=on
    ).exclude(placements__until__lt=on)
    rows = list(sections.select_related("room").distinct())
    meetings = {row.section_id: row for row in Meeting.objects.filter(section__in=rows, weekday=on.weekday())}
    taught = CalendarDay.objects.filter(track__school_year__school=student.school_id, on=on, is_taught=True)
    pairs = list(taught.values_list("track_id", "track__school_year_id"))
    tracks, years = {one for one, _year in pairs}, {year for _one, year in pairs}
    records = AttendanceRecord.objects.filter(student=student, on=on)
    by_section = {row.section_id: row for row in records.exclude(stage=AttendanceRecord.Stage.REMOVED)}
    said = {row.section_id: row for row in CheckIn.objects.filter(student=student, on=on).order_by("pk")}
    found = [
        OwnClass(
            section=row,
            meeting=meetings.get(row.pk),
            is_taught=row.track_id in tracks if row.track_id else row.school_year_id in years,
            record=by_section.get(row.pk),
            check_in=said.get(row.pk),
        )
        for row in rows
        if row.pk in meetings
    ]
    return sorted(found, key=lambda each: (each.meeting.starts if each.meeting else None, each.section.code))


def records_of_month(student: Student, first: date, last: date) -> Sequence[AttendanceRecord]:
    """Return a student's records of some days, newest first; what was removed is left out."""
    rows = AttendanceRecord.objects.filter(student=student, on__range=(first, last))
    rows = rows.exclude(stage=AttendanceRecord.Stage.REMOVED).select_related("section")
    return list(rows.order_by("-on", "section__code"))


def looks_at(student: Student) -> Sequence[Viewing]:
    """Return who looked at a student's record, newest first, the student's own looks left out."""
    rows = Viewing.objects.filter(student=student, by__isnull=False).select_related("by")
    return list(rows.order_by("-at", "-pk")[:_NEWEST])
