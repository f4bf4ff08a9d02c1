"""Published: the records of a class over a month, and of a student over all time with every step of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Prefetch, QuerySet

from central.store.models import (
    AttendanceRecord,
    CalendarDay,
    CheckIn,
    Decision,
    Meeting,
    PaperLine,
    Placement,
    Section,
    Student,
    Tap,
)

_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage
NOTHING = "."


@dataclass(frozen=True, slots=True)
class ClassMonth:
    """The students of a class, the days it was held in a month, and a sign for each student and day."""

    days: tuple[date, ...]
    rows: tuple[tuple[Student, tuple[str, ...]], ...]


def sign(mark: str, *, is_tardy: bool, stage: str) -> str:
    """Return how a register writes a record: P, A or T, in brackets before it is certified."""
    letter = "A" if mark == _Mark.ABSENT else "T" if is_tardy else "P"
    return f"({letter})" if stage == _Stage.PROVISIONAL else letter


def class_month(section: Section, first: date, until: date) -> ClassMonth:
    """Return a class from one date to another, both included; four queries."""
    students = Student.objects.filter(
        pk__in=Placement.objects.filter(section=section, since__lte=until)
        .exclude(until__lt=first)
        .values("student_id")
    ).order_by("family_name", "given_name", "number")
    here = list(students)
    days = held_days(section, first, until)
    signs = _signs(section, first, until)
    rows = tuple((student, tuple(signs.get((student.pk, on), NOTHING) for on in days)) for student in here)
    return ClassMonth(tuple(days), rows)


def held_days(section: Section, first: date, until: date) -> list[date]:
    """Return the days a class was held from one date to another, in order."""
    days = CalendarDay.objects.filter(is_taught=True, on__range=(first, until))
    if section.track_id is not None:
        days = days.filter(track=section.track_id)
    else:
        days = days.filter(track__school_year=section.school_year_id)
    weekdays = set(Meeting.objects.filter(section=section).values_list("weekday", flat=True))
    taught = set(days.filter(on__range=(section.since, section.until)).values_list("on", flat=True))
    return sorted(on for on in taught if not weekdays or on.weekday() in weekdays)


def _signs(section: Section, first: date, until: date) -> Mapping[tuple[int, date], str]:
    rows = AttendanceRecord.objects.filter(section=section, on__range=(first, until))
    columns = rows.exclude(stage=_Stage.REMOVED).values_list("student_id", "on", "mark", "is_tardy", "stage")
    return {
        (student, on): sign(mark, is_tardy=is_tardy, stage=stage)
        for student, on, mark, is_tardy, stage in columns
    }


def records_of(student: Student) -> QuerySet[AttendanceRecord]:
    """Return a student's records, the newest first, each with its class, decisions, taps and paper."""
    decided = Decision.objects.select_related("by").order_by("pk")
    taps = Tap.objects.select_related("station__room").order_by("latest_at", "sequence")
    rows = AttendanceRecord.objects.filter(student=student).select_related("section__room")
    return rows.order_by("-on", "section__code").prefetch_related(
        Prefetch("decisions", decided),
        Prefetch("taps", taps),
        Prefetch("paper_lines", PaperLine.objects.select_related("sheet")),
    )


def check_ins_of(student: Student, days: Sequence[date]) -> Mapping[tuple[int, date], list[CheckIn]]:
    """Return a student's check-ins on some days by class and day."""
    found: dict[tuple[int, date], list[CheckIn]] = {}
    for row in CheckIn.objects.filter(student=student, on__in=days).select_related("taken_by").order_by("at"):
        found.setdefault((row.section_id, row.on), []).append(row)
    return found


def day_strip(student: Student, until: date, days: int) -> list[tuple[date, str]]:
    """Return the weekdays up to a date with what a student's records say of each, the oldest first."""
    first = until - timedelta(days=days)
    rows = AttendanceRecord.objects.filter(student=student, on__range=(first, until))
    signs: dict[date, list[str]] = {}
    for on, mark, is_tardy, stage in (
        rows.exclude(stage=_Stage.REMOVED)
        .order_by("on", "section__code")
        .values_list("on", "mark", "is_tardy", "stage")
    ):
        signs.setdefault(on, []).append(sign(mark, is_tardy=is_tardy, stage=stage))
    span = [first + timedelta(days=n) for n in range(1, days + 1)]
    return [
        (on, " ".join(signs.get(on, [NOTHING]))) for on in span if on.weekday() < _SATURDAY or on in signs
    ]


_SATURDAY = 5
