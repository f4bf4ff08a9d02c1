"""The students whose absence calls for somebody to talk with them, and what was done."""

from datetime import date, datetime
from typing import Literal

from django.http import Http404
from ninja import Schema
from ninja.responses import Status

from central.store.models import InterventionStep
from central.web import clock
from central.web.access import is_bound_to_classes, may_see
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, Form, Offset, Words
from central.web.views.interventions import seen_by
from central.work import interventions as called
from central.work import viewings
from central.work.interventions import LAW, SENTENCES, Call, Done
from central.work.tool_rights import Right, Tool

PAGES = ("interventions",)


class InterventionStepKept(Schema):
    """What somebody did, when and in which words."""

    state: str
    by: str
    at: datetime
    says: str


class KnownCall(Schema):
    """A student whose absence calls for somebody to talk with them; nothing is ever sent by itself."""

    student: str
    kind: str
    since: date
    says: str
    law: str
    state: str
    steps: list[InterventionStepKept]


class KnownCalls(Schema):
    """Some calls, open ones or closed ones, and how many there are."""

    count: int
    interventions: list[KnownCall]


class InterventionTaken(Form):
    """What was done about one call."""

    kind: Literal["in a row", "month", "chronic", "truancy"]
    since: Day
    state: InterventionStep.State
    says: Words


def interventions(
    request: Asked,
    kind: Literal["", "in a row", "month", "chronic", "truancy"] = "",
    *,
    closed: bool = False,
    offset: Offset = 0,
) -> KnownCalls:
    """List the students whose absence calls for somebody, those nobody closed or the closed ones."""
    staff, now = request.auth.staff, clock.now()
    every = seen_by(staff, called.calls(staff.school, now))
    calls = [call for call in every if call.is_open != closed and kind in {"", call.kind}]
    shown = calls[offset : offset + MOST]
    viewings.note_all(staff, "api interventions", [call.student for call in shown], now)
    return KnownCalls(count=len(calls), interventions=[_call(call) for call in shown])


def step(request: Asked, number: Code, form: InterventionTaken) -> Status[InterventionStepKept]:
    """Keep what somebody did about a call."""
    staff, student = request.auth.staff, found.student(request, number, "api interventions")
    if is_bound_to_classes(staff) and not may_see(staff, student, clock.today(staff.school)):
        raise Http404
    done = Done(form.kind, form.since, form.state, form.says)
    row = called.take_step(student, done, staff, clock.now())
    return Status(201, _step(row))


def _call(call: Call) -> KnownCall:
    return KnownCall(
        student=call.student.number,
        kind=call.kind,
        since=call.since,
        says=SENTENCES[call.kind] % call.figures,
        law=LAW[call.kind],
        state=call.state,
        steps=[_step(row) for row in call.steps],
    )


def _step(row: InterventionStep) -> InterventionStepKept:
    return InterventionStepKept(state=row.state, by=row.by.number, at=row.at, says=row.says)


OPERATIONS = (
    Operation("interventions", "GET", "/interventions", interventions, KnownCalls, Tool.INTERVENTIONS),
    Operation(
        "stepIntervention",
        "POST",
        "/students/{number}/interventions",
        step,
        InterventionStepKept,
        Tool.INTERVENTIONS,
        Right.WRITE,
    ),
)
