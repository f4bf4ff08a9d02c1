"""Published: take a notice that a student is absent, and settle a day on which one was seen all the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from central.domain.calendar import DateSpan
from central.errors import RefusedError
from central.store.models import (
    AbsenceNotice,
    AttendanceRecord,
    NoticeDecision,
    Placement,
    School,
    SchoolYear,
    Section,
    Staff,
    Student,
)
from central.work import rights, student_years
from central.work.classes_of import is_of_class
from central.work.local_days import local_date
from central.work.tool_rights import Right, Tool, require

_MOST_DAYS = 60
_EARLIEST, _LATEST = timedelta(days=30), timedelta(days=180)
_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage


@dataclass(frozen=True, slots=True)
class Conflict:
    """A day on which a notice says absent and a record present, and nobody has settled which is right."""

    notice: AbsenceNotice
    on: date
    record: AttendanceRecord


@dataclass(frozen=True, slots=True)
class Settled:
    """What a day with a notice was, by whose word and why."""

    was_present: bool
    by: Staff
    reason: str


def give(student: Student, days: DateSpan, says: str, taken_by: Staff | None, now: datetime) -> AbsenceNotice:
    """Keep a notice of absence, before or after; `taken_by` is None where the student gives it.

    From now on no day of it is claimed on which the student was seen, until somebody settles which
    is right. Raises RefusedError for somebody who may not take notices, and for days too far away.
    """
    if taken_by is not None:
        require(taken_by, Tool.CHECK_INS, Right.ADD)
        _require_same_school(student, taken_by)
    until = days.until or days.since
    today = local_date(student.school, now)
    if days.since < today - _EARLIEST or until > today + _LATEST:
        msg = "a notice is of days from 30 days ago to 180 days ahead; tell the attendance clerk of others"
        raise RefusedError(msg)
    if (until - days.since).days >= _MOST_DAYS:
        msg = f"a notice is of at most {_MOST_DAYS} days at once; give several"
        raise RefusedError(msg)
    kept = rights.reason(says, "a notice of absence")
    with transaction.atomic():
        notice = AbsenceNotice.objects.create(
            student=student, since=days.since, until=until, says=kept, taken_by=taken_by, at=now
        )
        _refresh(student, days.since, until)
    return notice


def settle(notice: AbsenceNotice, on: date, word: Settled, now: datetime) -> NoticeDecision:
    """Say what a day with a notice was; the last word counts. The record itself is its teacher's to correct.

    Raises RefusedError for anybody but the clerk and the student's teachers, and for a day the notice
    does not speak of.
    """
    require(word.by, Tool.CHECK_INS, Right.WRITE)
    student = notice.student
    _require_same_school(student, word.by)
    kept = rights.reason(word.reason, "settling a notice")
    if not notice.since <= on <= notice.until:
        msg = f"that notice is of {notice.since} to {notice.until}, not of {on}"
        raise RefusedError(msg)
    if not any(is_of_class(word.by, section, on) for section in _sections(student, on)):
        msg = f"employee {word.by.number} teaches no class of that student on {on}; ask the attendance clerk"
        raise RefusedError(msg)
    with transaction.atomic():
        decision = NoticeDecision.objects.create(
            notice=notice, on=on, was_present=word.was_present, by=word.by, at=now, reason=kept
        )
        _refresh(student, on, on)
    return decision


def unsettled(student: Student, on: date) -> list[AbsenceNotice]:
    """Return the notices of absence of a day nobody has settled, oldest first.

    With any sign that the student was present, that day is not claimed until somebody has (R-REC-07).
    """
    notices = AbsenceNotice.objects.filter(student=student, since__lte=on, until__gte=on)
    return list(notices.exclude(decisions__on=on).order_by("pk"))


def unsettled_in(section: Section, on: date) -> list[AbsenceNotice]:
    """Return the same of everybody placed in a section on a date, in the order of a register.

    Who signs the section should know: a day of theirs that is signed present is held back from the claim.
    """
    in_order = ("student__family_name", "student__given_name", "student__number", "pk")
    return list(_open_in(section.pk, on).select_related("student").order_by(*in_order))


def has_unsettled(on: date) -> Exists:
    """Return what asks, among sections, whether `unsettled_in` has any; it spares most days a question."""
    # Two queries out: the placements are asked for among the notices, and these among the sections.
    return Exists(_open_in(OuterRef(OuterRef("pk")), on))


def _open_in(section: int | OuterRef, on: date) -> QuerySet[AbsenceNotice]:
    here = Placement.objects.filter(section=section, since__lte=on).exclude(until__lt=on)
    notices = AbsenceNotice.objects.filter(student__in=here.values("student_id"))
    return notices.filter(since__lte=on, until__gte=on).exclude(decisions__on=on)


def conflicts(school: School, since: date, until: date) -> list[Conflict]:
    """Return the open conflicts of some days: each standing record of presence under an open notice."""
    notices = AbsenceNotice.objects.filter(student__school=school, since__lte=until, until__gte=since)
    rows = list(notices.select_related("student").order_by("pk"))
    done = set(NoticeDecision.objects.filter(notice__in=rows).values_list("notice_id", "on"))
    records = AttendanceRecord.objects.filter(
        student__in={row.student_id for row in rows}, on__range=(since, until), mark=_Mark.PRESENT
    ).exclude(stage=_Stage.REMOVED)
    present: dict[int, list[AttendanceRecord]] = {}
    for record in records.select_related("section").order_by("on", "pk"):
        present.setdefault(record.student_id, []).append(record)
    return [conflict for row in rows for conflict in _of(row, present.get(row.student_id, []), done)]


def _of(
    notice: AbsenceNotice, present: list[AttendanceRecord], done: set[tuple[int, date]]
) -> Iterator[Conflict]:
    """Yield the first record of each open day of a notice."""
    told: set[date] = set()
    for record in present:
        is_open = notice.since <= record.on <= notice.until and (notice.pk, record.on) not in done
        if is_open and record.on not in told:
            told.add(record.on)
            yield Conflict(notice, record.on, record)


def _sections(student: Student, on: date) -> list[Section]:
    placed = Section.objects.filter(placements__student=student, placements__since__lte=on)
    return list(placed.exclude(placements__until__lt=on).distinct())


def _require_same_school(student: Student, by: Staff) -> None:
    if student.school_id != by.school_id:
        msg = f"employee {by.number} is of another school than that student"
        raise RefusedError(msg)


def _refresh(student: Student, since: date, until: date) -> None:
    """Bring the student's year along: what stands against a day changed."""
    days = {since + timedelta(days=offset) for offset in range((until - since).days + 1)}
    for year in SchoolYear.objects.filter(school=student.school_id).select_related("school"):
        if student.enrollments.filter(track__school_year=year).exists():
            student_years.refresh(year, [student.pk], days)
