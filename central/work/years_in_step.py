"""Published: keep student years in step with whatever is taken in besides attendance itself."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    Decision,
    Enrollment,
    GradeMinutes,
    School,
    SchoolYear,
    Section,
    Student,
    TeachingCredential,
)
from central.work import student_years

_Touched = Mapping[int, set[int]]
"""Students whose days may have changed, by school year."""
_Enrolled = tuple[int, int, int, date, date | None, str, str, str]
"""Student, school year and track, the days, and what is true in them."""


_Day = tuple[int, date, str, int | None]
"""A day a track is taught, and the minutes offered to a grade; of no grade, those of the whole track."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What student years rest on beside records; each fact begins with whom or what it is about."""

    enrollments: set[_Enrolled]
    taught: set[_Day]
    sections: set[tuple[int, int | None]]
    documents: set[tuple[int, str, date, date]]
    births: set[tuple[int, date | None]]


@contextmanager
def in_step(school: School) -> Iterator[None]:
    """Refresh in the end the years of the students about whom something changed meanwhile.

    Enrollments, days taught and their minutes, the tracks of sections, teachers' documents and birth
    dates are watched.
    Use it inside the transaction that changes them.
    """
    before = _ground(school)
    yield
    years = {year.pk: year for year in SchoolYear.objects.filter(school=school).select_related("school")}
    for year, students in _touched(before, _ground(school)).items():
        student_years.refresh(years[year], students)


def rebuild_all(school: School) -> None:
    """Make every year of the school's students anew: what changed is about everybody."""
    for year in SchoolYear.objects.filter(school=school).select_related("school"):
        student_years.rebuild(year)


def refresh_all(school: School, students: Iterable[int]) -> None:
    """Bring every year of some students to what the records say now: what changed may be about any."""
    keys = set(students)
    for year in SchoolYear.objects.filter(school=school).select_related("school"):
        held = Student.objects.filter(pk__in=keys, enrollments__track__school_year=year)
        student_years.refresh(year, set(held.values_list("pk", flat=True)))


def _ground(school: School) -> _Ground:
    enrollments = Enrollment.objects.filter(student__school=school)
    days = CalendarDay.objects.filter(track__school_year__school=school, is_taught=True)
    grades = GradeMinutes.objects.filter(day__in=days)
    documents = TeachingCredential.objects.filter(staff__school=school)
    return _Ground(
        enrollments=set(
            enrollments.values_list(
                "student_id",
                "track__school_year_id",
                "track_id",
                "since",
                "until",
                "grade",
                "modality",
                "programme",
            )
        ),
        taught={
            (track, on, "", offered)
            for track, on, offered in days.values_list("track_id", "on", "minutes_offered")
        }
        | set(grades.values_list("day__track_id", "day__on", "grade", "minutes_offered")),
        sections=set(Section.objects.filter(school=school).values_list("pk", "track_id")),
        documents=set(documents.values_list("staff_id", "document", "since", "until")),
        births=set(Student.objects.filter(school=school).values_list("pk", "birth_on")),
    )


def _touched(before: _Ground, after: _Ground) -> _Touched:
    enrolled = before.enrollments | after.enrollments
    # When somebody was first admitted bears on every later year, as a birth date does.
    changed = {row[0] for row in before.enrollments ^ after.enrollments}
    changed |= {student for student, _ in before.births ^ after.births}
    tracks = {track for track, *_ in before.taught ^ after.taught}
    sections = {section for section, _ in before.sections ^ after.sections}
    signers = {staff for staff, *_ in before.documents ^ after.documents}
    touched: defaultdict[int, set[int]] = defaultdict(set)
    for row in enrolled:
        if row[0] in changed or row[2] in tracks:
            touched[row[1]].add(row[0])
    recorded = AttendanceRecord.objects.filter(section__in=sections)
    signed = Decision.objects.filter(certification__by__in=signers)
    for year, student in {
        *recorded.values_list("section__school_year_id", "student_id"),
        *signed.values_list("record__section__school_year_id", "record__student_id").distinct(),
    }:
        touched[year].add(student)
    return touched
