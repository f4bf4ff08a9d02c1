"""What is known of a student that makes a day count, and why the student was absent."""

from datetime import date, datetime

from ninja import Schema

from central.store.models import AbsenceNote, StudentFact
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, DayOrNone, Offset
from central.web.api.students import seen_student
from central.work.tool_rights import Tool


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
    student = seen_student(request, number, "api eligibility")
    rows = StudentFact.objects.filter(student=student).order_by("pk")
    return KnownFacts(student=student.number, facts=[_fact(row) for row in rows])


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


def _absence(row: AbsenceNote) -> KnownAbsence:
    return KnownAbsence(id=str(row.pk), on=row.on, code=row.code, reason=row.reason, by=row.by, at=row.at)


_NAMED = frozenset({404})
OPERATIONS = (
    Operation("facts", "GET", "/students/{number}/facts", facts, KnownFacts, Tool.ELIGIBILITY, may_be=_NAMED),
    Operation(
        "absences",
        "GET",
        "/students/{number}/absences",
        absences,
        KnownAbsences,
        Tool.CHECK_INS,
        may_be=_NAMED,
    ),
)
