"""Absence notices: given, contradicted by what was recorded, settled; and why students were absent."""

from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import QuerySet
from django.http import Http404
from ninja import Schema
from ninja.responses import Status

from central.domain.calendar import DateSpan
from central.store.models import AbsenceNotice, NoticeDecision
from central.web import clock
from central.web.access import is_bound_to_classes, may_see, students_seen_by
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Offset, Words
from central.work import notices as verbs
from central.work import viewings
from central.work.notices import Conflict, Settled
from central.work.tool_rights import Right, Tool

PAGES = ("notices", "notice")
_BACK = timedelta(days=30)


class SettledDay(Schema):
    """What a day with a notice was, by whose word; of a day the last one counts."""

    on: date
    was: str
    by: str
    at: datetime
    reason: str


class KnownNotice(Schema):
    """A notice that a student is absent on some days; `taken_by` is null where the student gave it."""

    id: str
    student: str
    since: date
    until: date
    says: str
    taken_by: str | None
    at: datetime
    settled: list[SettledDay]


class KnownNotices(Schema):
    """Some notices, those of the newest days first, and how many there are."""

    count: int
    notices: list[KnownNotice]


class KnownConflict(Schema):
    """A day on which a notice says absent and a record present, and nobody has settled which is right."""

    notice: str
    student: str
    on: date
    class_code: str


class KnownConflicts(Schema):
    """Some conflicts of some days, and how many there are."""

    count: int
    conflicts: list[KnownConflict]


class NoticeGiven(Form):
    """A notice somebody of the staff takes down."""

    since: Day
    until: Day | None = None
    says: Words


class DaySettled(Form):
    """What one day of a notice was, and how that is known."""

    on: Day
    was: Literal["present", "absent"]
    reason: Words


def notices(
    request: Asked, since: DayOrNone = None, until: DayOrNone = None, offset: Offset = 0
) -> KnownNotices:
    """List the notices that touch some days, from a month ago on where none are named."""
    begin = since or clock.today(request.auth.staff.school) - _BACK
    rows = _seen(request).filter(until__gte=begin)
    rows = rows.filter(since__lte=until) if until else rows
    shown = list(rows.prefetch_related("decisions__by").order_by("-since", "-pk")[offset : offset + MOST])
    named = [row.student for row in shown]
    viewings.note_all(request.auth.staff, "api notices", named, clock.now())
    return KnownNotices(count=rows.count(), notices=[_notice(row) for row in shown])


def conflicts(
    request: Asked, since: DayOrNone = None, until: DayOrNone = None, offset: Offset = 0
) -> KnownConflicts:
    """List the days a notice and a record contradict each other, of the last month where none are named."""
    staff = request.auth.staff
    last = until or clock.today(staff.school)
    every = verbs.conflicts(staff.school, since or last - _BACK, last)
    if is_bound_to_classes(staff):
        own = set(students_seen_by(staff, clock.today(staff.school)).values_list("pk", flat=True))
        every = [each for each in every if each.notice.student_id in own]
    shown = every[offset : offset + MOST]
    viewings.note_all(staff, "api notice conflicts", [each.notice.student for each in shown], clock.now())
    return KnownConflicts(count=len(every), conflicts=[_conflict(each) for each in shown])


def give(request: Asked, number: Code, form: NoticeGiven) -> Status[KnownNotice]:
    """Keep a notice that a student is absent; no day of it is claimed against it until it is settled."""
    student = found.student(request, number, "api notices")
    days = DateSpan(form.since, form.until or form.since)
    return Status(201, _notice(verbs.give(student, days, form.says, request.auth.staff, clock.now())))


def settle(request: Asked, identity: Code, form: DaySettled) -> Status[SettledDay]:
    """Say what a day with a notice was; the last word counts."""
    row = found.row(_seen(request), identity)
    if not may_see(request.auth.staff, row.student, form.on):
        raise Http404
    word = Settled(form.was == "present", request.auth.staff, form.reason)
    return Status(201, _settled(verbs.settle(row, form.on, word, clock.now())))


def _seen(request: Asked) -> QuerySet[AbsenceNotice]:
    staff = request.auth.staff
    rows = AbsenceNotice.objects.filter(student__school=staff.school)
    if is_bound_to_classes(staff):
        rows = rows.filter(student__in=students_seen_by(staff, clock.today(staff.school)))
    return rows.select_related("student__school", "taken_by")


def _notice(row: AbsenceNotice) -> KnownNotice:
    return KnownNotice(
        id=str(row.pk),
        student=row.student.number,
        since=row.since,
        until=row.until,
        says=row.says,
        taken_by=row.taken_by.number if row.taken_by else None,
        at=row.at,
        settled=[_settled(each) for each in sorted(row.decisions.all(), key=lambda each: each.pk)],
    )


def _settled(row: NoticeDecision) -> SettledDay:
    was = "present" if row.was_present else "absent"
    return SettledDay(on=row.on, was=was, by=row.by.number, at=row.at, reason=row.reason)


def _conflict(each: Conflict) -> KnownConflict:
    return KnownConflict(
        notice=str(each.notice.pk),
        student=each.notice.student.number,
        on=each.on,
        class_code=each.record.section.code,
    )


OPERATIONS = (
    Operation("notices", "GET", "/notices", notices, KnownNotices, Tool.CHECK_INS),
    Operation("noticeConflicts", "GET", "/notice-conflicts", conflicts, KnownConflicts, Tool.CHECK_INS),
    Operation(
        "giveNotice", "POST", "/students/{number}/notices", give, KnownNotice, Tool.CHECK_INS, Right.ADD
    ),
    Operation(
        "settleNotice",
        "POST",
        "/notices/{identity}/decisions",
        settle,
        SettledDay,
        Tool.CHECK_INS,
        Right.WRITE,
    ),
)
