"""How the school's requirements stand."""

from datetime import date, datetime
from typing import Annotated, Literal

from django.conf import settings
from django.http import Http404
from ninja import Schema
from ninja.responses import Status
from pydantic import StringConstraints

from central.register import evidence as verbs
from central.register.counted import newest
from central.register.evidence import Kept
from central.register.standing import Standing
from central.register.table import Row, rows
from central.store.models import RequirementEvidence
from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, DayOrNone, Form, Reason, Text
from central.work.tool_rights import Right, Tool

StateWanted = Literal["", "met", "at risk", "broken", "needs evidence"]

PAGES = ("requirements",)


class Requirement(Schema):
    """One requirement as it stands."""

    key: str
    table: str
    state: str
    reason: str
    due: date | None


class KnownEvidence(Schema):
    """What somebody brought for a requirement, or that it was withdrawn."""

    id: str
    since: date
    until: date | None
    says: str
    document: str
    is_withdrawn: bool
    by: str
    at: datetime


class KnownEvidences(Schema):
    """Everything that was brought for a requirement, newest first."""

    key: str
    evidence: list[KnownEvidence]


class EvidenceBrought(Form):
    """What is said for a requirement, where its document is kept, and over which days it holds."""

    says: Annotated[str, StringConstraints(max_length=1000)] = ""
    document: Text = ""
    since: Day | None = None
    until: Day | None = None


class Requirements(Schema):
    """The requirements as they stand at the end of a day.

    `counted_at` is when a large school's records were counted, which is done some times a day; null
    where they were counted for this answer.
    """

    as_of: date
    counted_at: datetime | None
    year: str
    requirements: list[Requirement]


def requirements(
    request: Asked, as_of: DayOrNone = None, table: Text = "", state: StateWanted = ""
) -> Requirements:
    """Show how each requirement stands at the end of a day, today where none is named."""
    school = request.auth.staff.school
    today = clock.today(school)
    on = min(as_of or today, today)
    found, counted_at = newest(settings.CONFIG.data, school, on, clock.now())
    shown = [row for row in found.rows if table in {"", row.row.table} and state in {"", row.answer.state}]
    rows_shown = [_requirement(row) for row in shown]
    return Requirements(as_of=on, counted_at=counted_at, year=found.year, requirements=rows_shown)


def evidence(request: Asked, key: Code) -> KnownEvidences:
    """List everything that was brought for a requirement, newest first."""
    row = _row(key)
    kept = RequirementEvidence.objects.filter(school=request.auth.staff.school, row=row.key)
    shown = [_evidence(each) for each in kept.select_related("by").order_by("-pk")[:MOST]]
    return KnownEvidences(key=row.key, evidence=shown)


def bring(request: Asked, key: Code, form: EvidenceBrought) -> Status[KnownEvidence]:
    """Bring evidence for a requirement, or an answer to it; it holds from today where no day is named."""
    staff = request.auth.staff
    valid = (form.since or clock.today(staff.school), form.until)
    # A document is named here, never opened: whoever asks is not on this machine.
    kept = verbs.bring(
        _row(key), staff, clock.now(), says=form.says, document=Kept(form.document), valid=valid
    )
    return Status(201, _evidence(kept))


def withdraw(request: Asked, key: Code, form: Reason) -> Status[KnownEvidence]:
    """Withdraw all that was brought for a requirement; it stays on file with the reason."""
    return Status(201, _evidence(verbs.withdraw(_row(key), request.auth.staff, clock.now(), form.reason)))


def _row(key: str) -> Row:
    found = rows().get(key)
    if found is None:
        msg = "there is no such requirement; GET /api/v1/requirements lists them"
        raise Http404(msg)
    return found


def _evidence(row: RequirementEvidence) -> KnownEvidence:
    return KnownEvidence(
        id=str(row.pk),
        since=row.since,
        until=row.until,
        says=row.says,
        document=row.document,
        is_withdrawn=row.is_withdrawn,
        by=row.by.number,
        at=row.at,
    )


def _requirement(standing: Standing) -> Requirement:
    return Requirement(
        key=standing.row.key,
        table=standing.row.table,
        state=standing.answer.state,
        reason=standing.answer.reason,
        due=standing.due,
    )


_EVIDENCE = "/requirements/{key}/evidence"
OPERATIONS = (
    Operation(
        "requirements",
        "GET",
        "/requirements",
        requirements,
        Requirements,
        Tool.REQUIREMENTS,
    ),
    Operation("evidence", "GET", _EVIDENCE, evidence, KnownEvidences, Tool.REQUIREMENTS),
    Operation("bringEvidence", "POST", _EVIDENCE, bring, KnownEvidence, Tool.REQUIREMENTS, Right.ADD),
    Operation(
        "withdrawEvidence",
        "POST",
        f"{_EVIDENCE}/withdrawal",
        withdraw,
        KnownEvidence,
        Tool.REQUIREMENTS,
        Right.WRITE,
    ),
)
