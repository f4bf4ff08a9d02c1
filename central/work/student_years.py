"""Published: the days of every student's year as bits, kept equal to the records in the same transaction."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db import transaction

from central.domain.calendar import SchoolYear as Year
from central.domain.calendar import monday_of
from central.domain.day_bits import bits_of, days_of, from_bytes, to_bytes
from central.law.absence import full_day_absences
from central.law.day_planes import StudentRow, student_rows
from central.store.attended import Scope
from central.store.models import SchoolYear, Student, StudentYear, Track
from central.store.rewrite import rewrite
from central.work.claims import claimed

_AT_ONCE: Final = 500
_PLANES: Final = ("enrolled", "attended", "absent")
_EVER: Final = datetime.max.replace(tzinfo=UTC)
_WEEK: Final = 7
_Key = tuple[int, int, str, str]
"""Primary keys of a student and a track, a grade span and a modality."""


def rebuild(year: SchoolYear) -> int:
    """Make every student's year anew from the records, and return how many rows that changed."""
    with transaction.atomic():
        return sum(_bring(year, students, None) for students in _everybody(year))


def refresh(year: SchoolYear, students: Collection[int], days: Collection[date] | None = None) -> int:
    """Bring some students' year to what the records say now, and return how many rows that changed.

    Call it in the transaction that changed what they rest on: records, enrollments, calendars, facts,
    work of independent study, credentials. `students` are primary keys; with `days` nothing but the
    records of these days was changed, which costs far less.
    """
    keys = sorted(set(students))
    with transaction.atomic():
        return sum(
            _bring(year, keys[start : start + _AT_ONCE], days) for start in range(0, len(keys), _AT_ONCE)
        )


def rows(year: SchoolYear) -> Iterator[StudentRow]:
    """Yield the rows as they stand, with student numbers and track codes, student by student."""
    found = StudentYear.objects.filter(school_year=year).order_by("student_id")
    columns = ("student__number", "track__code", "span", "modality", *_PLANES)
    for student, track, span, modality, *planes in found.values_list(*columns).iterator(chunk_size=_AT_ONCE):
        yield StudentRow(student, track, span, modality, *map(bytes, planes))


def unprojected(year: SchoolYear) -> int:
    """Return how many students are enrolled in a year and have no row at all: it was never rebuilt."""
    enrolled = Student.objects.filter(enrollments__track__school_year=year)
    return enrolled.exclude(student_years__school_year=year).distinct().count()


def differences(year: SchoolYear) -> Iterator[str]:
    """Yield a sentence for each row that is not what the records make of it now."""
    named = Year(year.name)
    kept = {(row.student, row.cell): row for row in rows(year)}
    for students in _everybody(year):
        for row in _made(year, students, None):
            yield from _compared(kept.pop((row.student, row.cell), None), row, named)
    for row in kept.values():
        yield f"{_named(row)} stands there, and the records know nothing of it"


def _everybody(year: SchoolYear) -> Iterator[list[int]]:
    """Yield the students who are or were projected, so many at once."""
    enrolled = Student.objects.filter(enrollments__track__school_year=year)
    kept = Student.objects.filter(student_years__school_year=year)
    keys = sorted({*enrolled.values_list("pk", flat=True), *kept.values_list("pk", flat=True)})
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]


def _made(year: SchoolYear, students: Collection[int], days: Collection[date] | None) -> list[StudentRow]:
    """Make rows of the records; with `days`, nothing is attended or missed on any other day."""
    named = Year(year.name)
    made = claimed(year, _EVER, named.ends_on, Scope(students, days))
    marks = [record.recorded_mark() for record in made.standing]
    absences = full_day_absences(marks, made.spans, made.calendars, {})
    return student_rows(made.spans, made.calendars, named, made.claim.days, absences)


def _bring(year: SchoolYear, students: Collection[int], days: Collection[date] | None) -> int:
    """Write what differs; who was never projected is projected whole."""
    present = {
        (row.student_id, row.track_id, row.span, row.modality): row
        for row in StudentYear.objects.filter(school_year=year, student__in=students)
    }
    known = {key[0] for key in present}
    if days is not None and (strangers := [student for student in students if student not in known]):
        others = [student for student in students if student in known]
        return _bring(year, strangers, None) + (_bring(year, others, days) if others else 0)
    weeks = None if days is None else _whole_weeks(days)
    keep = 0 if weeks is None else _all_but(weeks, Year(year.name))
    numbers = dict(Student.objects.filter(pk__in=students).values_list("number", "pk"))
    tracks = dict(Track.objects.filter(school_year=year).values_list("code", "pk"))
    wanted: dict[_Key, tuple[bytes, bytes, bytes]] = {}
    for row in _made(year, students, weeks):
        key = (numbers[row.student], tracks[row.track], row.span, row.modality)
        attended, absent = row.attended, row.absent
        if keep and key in present:
            attended = _mixed(present[key].attended, attended, keep)
            absent = _mixed(present[key].absent, absent, keep)
        wanted[key] = (row.enrolled, attended, absent)
    return _write(year, present, wanted)


def _all_but(days: Iterable[date], year: Year) -> int:
    return ~bits_of((on for on in days if year.holds(on)), year)


def _whole_weeks(days: Iterable[date]) -> set[date]:
    """Return the weeks of some days: what a weekend class counts for depends on its week."""
    return {monday_of(on) + timedelta(days=offset) for on in days for offset in range(_WEEK)}


def _mixed(before: bytes | memoryview, now: bytes, keep: int) -> bytes:
    return to_bytes(from_bytes(bytes(before)) & keep | from_bytes(now))


def _write(
    year: SchoolYear,
    present: Mapping[_Key, StudentYear],
    wanted: Mapping[_Key, tuple[bytes, bytes, bytes]],
) -> int:
    changed, new = [], []
    for key, planes in wanted.items():
        row = present.get(key)
        if row is None:
            new.append(_new(year, key, planes))
        elif planes != (bytes(row.enrolled), bytes(row.attended), bytes(row.absent)):
            row.enrolled, row.attended, row.absent = planes
            changed.append(row)
    over = [row.pk for key, row in present.items() if key not in wanted]
    StudentYear.objects.filter(pk__in=over).delete()
    StudentYear.objects.bulk_create(new, batch_size=_AT_ONCE)
    rewrite(changed, _PLANES)
    return len(over) + len(new) + len(changed)


def _new(year: SchoolYear, key: _Key, planes: tuple[bytes, bytes, bytes]) -> StudentYear:
    student, track, span, modality = key
    enrolled, attended, absent = planes
    return StudentYear(
        school_year=year,
        student_id=student,
        track_id=track,
        span=span,
        modality=modality,
        enrolled=enrolled,
        attended=attended,
        absent=absent,
    )


def _compared(kept: StudentRow | None, made: StudentRow, year: Year) -> Iterator[str]:
    if kept is None:
        yield f"{_named(made)} is missing"
        return
    for plane in _PLANES:
        wrong = from_bytes(getattr(kept, plane)) ^ from_bytes(getattr(made, plane))
        if wrong:
            days = list(days_of(wrong, year))
            yield f"{_named(made)} is wrong of {len(days)} days {plane}, the first of them {days[0]}"


def _named(row: StudentRow) -> str:
    return f"the year of student {row.student} in track {row.track}, {row.span}, {row.modality}"
