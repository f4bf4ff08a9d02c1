"""The return to normal after an emergency: its audit, its review and the after-action list."""

from datetime import date, datetime
from typing import Annotated, Final, Literal

from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.store import lookup
from central.store.models import Student
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.emergencies import EmergencyWord, fresh, one
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, Form, Offset, Words, number_of
from central.work import after_action, emergencies, emergency_audit, viewings
from central.work.after_action import Listed
from central.work.emergency_audit import Discrepancy
from central.work.tool_rights import Right, Tool

PAGES = ("emergency-return",)


class DiscrepancyKnown(Schema):
    """One thing that does not fit, and the last word on it; `name` is what a resolution calls it."""

    name: str
    kind: str
    on: date
    where: str
    student: str
    count: int
    is_there: bool
    is_open: bool
    reason: str
    by: str
    at: datetime | None


class ActionKnown(Schema):
    """Something to be done better: by whom, until when, and how far it is."""

    id: str
    what: str
    owner: str
    due_on: date
    state: str
    says: str


class ReturnToNormal(Schema):
    """The audit of an emergency, some of its lines, and the after-action list."""

    count: int
    open: int
    lines: list[DiscrepancyKnown]
    actions: list[ActionKnown]


class DiscrepanciesSettled(Form):
    """Which lines are resolved, or open again, and why."""

    do: Literal["resolve", "open-again"]
    lines: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=180)]], Field(min_length=1, max_length=MOST)
    ]
    reason: Words


class LinesSettled(Schema):
    """How many lines were settled."""

    lines: int


class EmergencyReviewed(Form):
    """The day of a review, and what was learned."""

    on: Day
    reason: Words


class ActionListed(Form):
    """What is to be done better, by whom and until when."""

    what: Words
    owner: Code
    due_on: Day


class ActionStepped(Form):
    """What became of an action; one that is due later names its new day."""

    state: Literal["done", "moved", "dropped"]
    due_on: Day | None = None
    reason: Words


class ActionWord(Schema):
    """What became of an action, in whose words."""

    state: str
    due_on: date | None
    says: str
    by: str
    at: datetime


def audit(request: Asked, year: Code, emergency: Code, offset: Offset = 0) -> ReturnToNormal:
    """Show what does not fit after an emergency, what is open first, and the after-action list."""
    row, staff, now = one(request, year, emergency), request.auth.staff, clock.now()
    lines = sorted(emergency_audit.audit(row, now), key=lambda line: not line.is_open)
    shown = lines[offset : offset + MOST]
    numbers = {line.found.student for line in shown if line.found.student}
    named = Student.objects.filter(school=staff.school, number__in=numbers)
    viewings.note_all(staff, "api emergency return", named, now)
    return ReturnToNormal(
        count=len(lines),
        open=sum(line.is_open for line in lines),
        lines=[_line(line) for line in shown],
        actions=[_action(each) for each in after_action.listed(row)],
    )


def settle(request: Asked, year: Code, emergency: Code, form: DiscrepanciesSettled) -> Status[LinesSettled]:
    """Resolve lines of the audit with a reason, or open them again: all or none."""
    word = emergency_audit.resolve if form.do == "resolve" else emergency_audit.open_again
    word(fresh(request, year, emergency), form.lines, found.act(request, form.reason))
    return Status(201, LinesSettled(lines=len(form.lines)))


def review(request: Asked, year: Code, emergency: Code, form: EmergencyReviewed) -> Status[EmergencyWord]:
    """Keep that the emergency was reviewed, and what was learned."""
    row = emergencies.review(fresh(request, year, emergency), form.on, found.act(request, form.reason))
    word = EmergencyWord(kind=row.kind, on=row.on, says=row.says, by=row.by.number, at=row.at)
    return Status(201, word)


def add(request: Asked, year: Code, emergency: Code, form: ActionListed) -> Status[ActionKnown]:
    """Put something on the after-action list."""
    owner = lookup.staff(form.owner)
    row = fresh(request, year, emergency)
    made = after_action.add(row, form.what, owner, form.due_on, found.act(request))
    return Status(201, _action(Listed(made, made.due_on, None)))


def step(
    request: Asked, year: Code, emergency: Code, identity: Code, form: ActionStepped
) -> Status[ActionWord]:
    """Say that an action is done, due later, or dropped; its owner may as well."""
    action = after_action.action_of(fresh(request, year, emergency), number_of(identity))
    row = after_action.take_step(action, form.state, found.act(request, form.reason), due_on=form.due_on)
    word = ActionWord(state=row.state, due_on=row.due_on, says=row.says, by=row.by.number, at=row.at)
    return Status(201, word)


def _line(of: Discrepancy) -> DiscrepancyKnown:
    return DiscrepancyKnown(
        name=of.name,
        kind=of.found.kind,
        on=of.found.on,
        where=of.found.where,
        student=of.found.student,
        count=of.found.count,
        is_there=of.is_there,
        is_open=of.is_open,
        reason=of.step.reason if of.step else "",
        by=of.step.by.number if of.step else "",
        at=of.step.at if of.step else None,
    )


def _action(of: Listed) -> ActionKnown:
    return ActionKnown(
        id=str(of.action.pk),
        what=of.action.what,
        owner=of.action.owner.number,
        due_on=of.due_on,
        state=of.step.state if of.step else "open",
        says=of.step.says if of.step else "",
    )


_ONE: Final = "/emergencies/{year}/{emergency}"
_AUDIT: Final = f"{_ONE}/audit"
_ACTIONS: Final = f"{_ONE}/actions"
_WRITE: Final = (Tool.EMERGENCIES, Right.WRITE)
OPERATIONS = (
    Operation("emergencyAudit", "GET", _AUDIT, audit, ReturnToNormal, Tool.EMERGENCIES),
    Operation("settleDiscrepancies", "POST", _AUDIT, settle, LinesSettled, *_WRITE),
    Operation("reviewEmergency", "POST", f"{_ONE}/reviews", review, EmergencyWord, *_WRITE),
    Operation("addAction", "POST", _ACTIONS, add, ActionKnown, *_WRITE),
    Operation("stepAction", "POST", f"{_ACTIONS}/{{identity}}/steps", step, ActionWord, Tool.EMERGENCIES),
)
