"""Closed days and the requests to the state for them: drafted, their days, and each step."""

from datetime import date, datetime

from ninja import Schema
from ninja.responses import Status

from central.domain.closure import RequestKind, RequestState, StateRequest
from central.store.models import StateRequestStep
from central.store.queries.closures import closed_days, requests
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, Day, FileSent, Form, Text, Words
from central.work.closure_steps import Step, take_step
from central.work.closures import Wish, begin, replace_days
from central.work.tool_rights import Right, Tool

PAGES = ("closures",)


class RequestDayAsked(Schema):
    """One date of one track in a request."""

    track: str
    on: date
    minutes: int
    attended: int | None


class RequestStepTaken(Schema):
    """One step of a request, by whom, and where the paper is kept."""

    state: str
    on: date
    evidence: str
    by: str
    at: datetime


class KnownRequest(Schema):
    """A request on Form J-13A with its days and where it stands."""

    code: str
    kind: str
    cause: str
    state: str
    is_emergency_declared: bool
    continuity_plan_on: date | None
    days: list[RequestDayAsked]
    steps: list[RequestStepTaken]


class ClosedTrack(Schema):
    """The days a track was closed."""

    track: str
    closed: list[date]


class KnownClosures(Schema):
    """The closed days of a year and the requests to the state for them, by code."""

    year: str
    tracks: list[ClosedTrack]
    requests: list[KnownRequest]


class RequestDrafted(Form):
    """A request: its own code, what it asks for and why; `days` is the file that lists its days."""

    code: Code
    kind: RequestKind
    cause: Words
    is_emergency_declared: bool = False
    continuity_plan_on: Day | None = None
    days: FileSent


class DaysReplaced(Form):
    """Which draft gets other days, and the file that lists them."""

    code: Code
    days: FileSent
    reason: Text = ""


class StepTaken(Form):
    """What a request becomes, the day of it, and where the form or letter is kept."""

    code: Code
    state: RequestState
    on: Day
    evidence: Words
    reason: Text = ""


class RequestChanged(Schema):
    """How many rows changed, by noun."""

    code: str
    changes: dict[str, int]


def closures(request: Asked, year: Code) -> KnownClosures:
    """Show the closed days of a year, and each request with its days and steps."""
    of = found.year(request, year)
    steps: dict[str, list[RequestStepTaken]] = {}
    rows = StateRequestStep.objects.filter(request__school_year=of).select_related("request")
    for row in rows.order_by("pk"):
        steps.setdefault(row.request.code, []).append(_step(row))
    closed = closed_days(of.school_id, found.named(of))
    return KnownClosures(
        year=of.name,
        tracks=[ClosedTrack(track=track, closed=sorted(days)) for track, days in sorted(closed.items())],
        requests=[_request(each, steps.get(each.request, [])) for each in requests(of)],
    )


def draft(request: Asked, year: Code, form: RequestDrafted) -> Status[RequestChanged]:
    """Draft a request to the state with its days."""
    wish = Wish(
        code=form.code,
        kind=form.kind,
        cause=form.cause,
        is_emergency_declared=form.is_emergency_declared,
        continuity_plan_on=form.continuity_plan_on,
    )
    done = begin(found.year(request, year), wish, form.days.named(), found.act(request))
    return Status(201, RequestChanged(code=form.code, changes=done))


def replace(request: Asked, year: Code, form: DaysReplaced) -> Status[RequestChanged]:
    """Put other days in the place of a draft's; what stood there goes into the audit."""
    act = found.act(request, form.reason)
    done = replace_days(found.year(request, year), form.code, form.days.named(), act)
    return Status(201, RequestChanged(code=form.code, changes=done))


def step(request: Asked, year: Code, form: StepTaken) -> Status[RequestChanged]:
    """Note that a request was filed, approved or denied."""
    wanted = Step(code=form.code, state=form.state, on=form.on, evidence=form.evidence)
    take_step(found.year(request, year), wanted, found.act(request, form.reason))
    return Status(201, RequestChanged(code=form.code, changes={"steps": 1}))


def _step(row: StateRequestStep) -> RequestStepTaken:
    return RequestStepTaken(state=row.state, on=row.on, evidence=row.evidence, by=row.by, at=row.at)


def _request(of: StateRequest, steps: list[RequestStepTaken]) -> KnownRequest:
    days = [
        RequestDayAsked(track=day.track, on=day.on, minutes=day.minutes, attended=day.attended)
        for day in of.days
    ]
    return KnownRequest(
        code=of.request,
        kind=of.kind,
        cause=of.cause,
        state=of.state,
        is_emergency_declared=of.is_emergency_declared,
        continuity_plan_on=of.continuity_plan_on,
        days=days,
        steps=steps,
    )


_YEAR = "/closures/{year}"
OPERATIONS = (
    Operation("closures", "GET", _YEAR, closures, KnownClosures, Tool.CLOSURES),
    Operation("draftRequest", "POST", _YEAR, draft, RequestChanged, Tool.CLOSURES, Right.ADD),
    Operation(
        "replaceRequestDays", "POST", f"{_YEAR}/days", replace, RequestChanged, Tool.CLOSURES, Right.ADD
    ),
    Operation("stepRequest", "POST", f"{_YEAR}/steps", step, RequestChanged, Tool.CLOSURES, Right.ADD),
)
