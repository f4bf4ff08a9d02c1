"""The faults: reported by anybody, taken on and solved by IT."""

from datetime import datetime
from typing import Literal

from django.http import Http404
from ninja import Schema
from ninja.responses import Status

from central.store.models import FaultReport, FaultStep, Station
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Form, Offset, Text, Words
from central.work import faults as reported
from central.work.faults import Fault
from central.work.tool_rights import Right, Tool

PAGES = ("faults", "fault-report")


class FaultStepKept(Schema):
    """What somebody did, when and in which words; `by` is null where the program did it."""

    state: str
    by: str | None
    at: datetime
    says: str


class KnownFault(Schema):
    """What somebody reported as broken, and what was done about it."""

    id: str
    says: str
    page: str
    station: str | None
    by: str
    at: datetime
    steps: list[FaultStepKept]


class KnownFaults(Schema):
    """Some faults, newest first, and how many there are."""

    count: int
    faults: list[KnownFault]


class FaultReported(Form):
    """What is wrong, and where it was seen."""

    says: Words
    page: Text = ""
    station: Text = ""


class FaultStepped(Form):
    """That somebody takes a fault on, or solved it."""

    state: Literal["taken", "solved"]
    says: Words


def faults(request: Asked, *, solved: bool = False, offset: Offset = 0) -> KnownFaults:
    """List the faults nobody solved, or with `solved` all of them."""
    school = request.auth.staff.school
    rows = reported.with_state(school) if solved else reported.unsolved(school)
    shown = rows.prefetch_related("steps__by")[offset : offset + MOST]
    return KnownFaults(count=rows.count(), faults=[_fault(row) for row in shown])


def report(request: Asked, form: FaultReported) -> Status[KnownFault]:
    """Report what is broken; not solved in the school's set time it goes to its leader."""
    staff = request.auth.staff
    rows = Station.objects.filter(school=staff.school)
    station = rows.filter(code=form.station).first() if form.station else None
    if form.station and station is None:
        msg = "there is no such station; read the label again"
        raise Http404(msg)
    return Status(201, _fault(reported.report(Fault(form.says, form.page, station), staff, clock.now())))


def step(request: Asked, identity: Code, form: FaultStepped) -> Status[FaultStepKept]:
    """Say that somebody takes a fault on, or solved it."""
    staff = request.auth.staff
    row = found.row(FaultReport.objects.filter(school=staff.school), identity)
    return Status(201, _step(reported.step(row, FaultStep.State(form.state), staff, form.says, clock.now())))


def _fault(row: FaultReport) -> KnownFault:
    return KnownFault(
        id=str(row.pk),
        says=row.says,
        page=row.page,
        station=row.station_id,
        by=f"employee {row.by.number}" if row.by else "a student",
        at=row.at,
        steps=[_step(step) for step in sorted(row.steps.all(), key=lambda step: step.pk)],
    )


def _step(row: FaultStep) -> FaultStepKept:
    return FaultStepKept(state=row.state, by=row.by.number if row.by else None, at=row.at, says=row.says)


OPERATIONS = (
    Operation("faults", "GET", "/faults", faults, KnownFaults, Tool.FAULTS),
    Operation("reportFault", "POST", "/faults", report, KnownFault, Tool.FAULTS, Right.ADD),
    Operation("stepFault", "POST", "/faults/{identity}/steps", step, FaultStepKept, Tool.FAULTS, Right.WRITE),
)
