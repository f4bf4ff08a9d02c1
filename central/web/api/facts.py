"""What is known of a student that makes a day count, and why the student was absent."""

from datetime import date, datetime

from django.shortcuts import get_object_or_404
from ninja import Schema
from ninja.responses import Status

from central.domain.calendar import SchoolYear as Year
from central.domain.student import FactKind
from central.reports.eligibility_desk import Proofs, days_of, held_back, proofs
from central.store.models import AbsenceNote, SchoolYear, StudentFact
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import (
    MOST,
    Code,
    Day,
    DayOrNone,
    Form,
    KnownFinding,
    Offset,
    Reason,
    Text,
    Words,
    finding,
)
from central.web.api.students import seen_student
from central.work import viewings
from central.work.fact_entry import FactWish, keep_fact, withdraw_fact
from central.work.tool_rights import Right, Tool

PAGES = ("eligibility", "eligibility-list")


class KnownFact(Schema):
    """One dated fact with its evidence; of a kind and start the last row counts."""

    id: str
    kind: str
    since: date
    until: date | None
    value: str
    is_withdrawn: bool
    evidence: str
    by: str
    at: datetime


class KnownFacts(Schema):
    """Every fact of a student in the order it was kept."""

    student: str
    facts: list[KnownFact]


class FactKept(Form):
    """A fact, the proof that was seen of it, and where that is kept."""

    kind: FactKind
    since: Day
    until: Day | None = None
    value: Text = ""
    evidence: Words


class LackingProof(Schema):
    """A student with a proof missing or ending soon, and the days held back for want of one."""

    student: str
    missing: list[KnownFinding]
    ending_on: list[date]
    days_held_back: int


class LackingProofs(Schema):
    """Some students with a proof missing or ending soon, by number, and how many there are."""

    on: date
    count: int
    students: list[LackingProof]


class KnownAbsence(Schema):
    """Why a student was absent on a day, as the office noted it; of a day the last row counts."""

    id: str
    on: date
    code: str
    reason: str
    by: str
    at: datetime


class KnownAbsences(Schema):
    """Some absence notes of a student, newest day first, and how many there are."""

    student: str
    count: int
    absences: list[KnownAbsence]


def facts(request: Asked, number: Code) -> KnownFacts:
    """Show the dated facts of a student in the order they were kept."""
    student = found.student(request, number, "api eligibility")
    rows = StudentFact.objects.filter(student=student).order_by("pk")
    return KnownFacts(student=student.number, facts=[_fact(row) for row in rows])


def keep(request: Asked, number: Code, form: FactKept) -> Status[KnownFact]:
    """Keep a fact with its evidence; one of this kind and start is corrected by a row of its own."""
    student = found.student(request, number, "api eligibility")
    wish = FactWish(form.kind, form.since, form.until, form.value, form.evidence)
    keep_fact(student, wish, request.auth.staff, clock.now())
    rows = StudentFact.objects.filter(student=student, kind=form.kind.value, since=form.since)
    return Status(201, _fact(rows.order_by("-pk")[0]))


def withdraw(request: Asked, identity: Code, form: Reason) -> Status[KnownFact]:
    """Say that a fact was never true, and why; it stays on file as withdrawn."""
    rows = StudentFact.objects.filter(student__school=request.auth.staff.school, is_withdrawn=False)
    row = found.row(rows.select_related("student__school"), identity)
    withdraw_fact(row, form.reason, request.auth.staff, clock.now())
    rows = StudentFact.objects.filter(student=row.student, kind=row.kind, since=row.since)
    return Status(201, _fact(rows.order_by("-pk")[0]))


def lacking(request: Asked, offset: Offset = 0) -> LackingProofs:
    """List the students of today with a proof missing or ending soon, and the days held back for it."""
    staff = request.auth.staff
    on = clock.today(staff.school)
    years = SchoolYear.objects.filter(school=staff.school).select_related("school")
    year = get_object_or_404(years, name=Year.of(on).name)
    every = proofs(year, on)
    shown = every[offset : offset + MOST]
    held = held_back(year, [one.student for one in shown], on, clock.now())
    viewings.note(staff, viewings.Seen("api eligibility list", on=on), clock.now())
    lines = [_lacking(one, days_of(held.get(one.student, ()))) for one in shown]
    return LackingProofs(on=on, count=len(every), students=lines)


def absences(
    request: Asked, number: Code, since: DayOrNone = None, until: DayOrNone = None, offset: Offset = 0
) -> KnownAbsences:
    """Show why a student was absent, newest day first."""
    student = seen_student(request, number, "api absences")
    rows = AbsenceNote.objects.filter(student=student).order_by("-on", "-pk")
    rows = rows.filter(on__gte=since) if since else rows
    rows = rows.filter(on__lte=until) if until else rows
    return KnownAbsences(
        student=student.number,
        count=rows.count(),
        absences=[_absence(row) for row in rows[offset : offset + MOST]],
    )


def _fact(row: StudentFact) -> KnownFact:
    return KnownFact(
        id=str(row.pk),
        kind=row.kind,
        since=row.since,
        until=row.until,
        value=row.value,
        is_withdrawn=row.is_withdrawn,
        evidence=row.evidence,
        by=row.by,
        at=row.at,
    )


def _lacking(of: Proofs, days: int) -> LackingProof:
    return LackingProof(
        student=of.student,
        missing=[finding(one) for one in of.missing],
        ending_on=[one.last_day for one in of.ending],
        days_held_back=days,
    )


def _absence(row: AbsenceNote) -> KnownAbsence:
    return KnownAbsence(id=str(row.pk), on=row.on, code=row.code, reason=row.reason, by=row.by, at=row.at)


OPERATIONS = (
    Operation("facts", "GET", "/students/{number}/facts", facts, KnownFacts, Tool.ELIGIBILITY),
    Operation("keepFact", "POST", "/students/{number}/facts", keep, KnownFact, Tool.ELIGIBILITY, Right.ADD),
    Operation(
        "withdrawFact",
        "POST",
        "/facts/{identity}/withdrawal",
        withdraw,
        KnownFact,
        Tool.ELIGIBILITY,
        Right.WRITE,
    ),
    Operation("lackingProofs", "GET", "/lacking-proofs", lacking, LackingProofs, Tool.ELIGIBILITY),
    Operation(
        "absences",
        "GET",
        "/students/{number}/absences",
        absences,
        KnownAbsences,
        Tool.CHECK_INS,
    ),
)
