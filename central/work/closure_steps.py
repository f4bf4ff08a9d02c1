"""Take a request to the state from draft to filed to approved or denied, each step a row of its own."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction

from central.domain.closure import RequestState
from central.errors import InputError, RefusedError
from central.law.emergency import may_become
from central.store.models import SchoolYear, Staff, StateRequest, StateRequestStep
from central.work.local_days import local_date
from central.work.recovery_act import Act
from central.work.roles import called
from central.work.study_keeping import NOTHING

HEADS: Final = frozenset({Staff.Role.LEADER, Staff.Role.ADMIN})
OFFICE: Final = HEADS | {Staff.Role.CLERK}
_DECISIONS: Final = frozenset({RequestState.APPROVED, RequestState.DENIED})
_MOST_CHARS: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a request: what it becomes, the day of it, and where the paper is kept."""

    code: str
    state: RequestState
    on: date
    evidence: str


def take_step(year: SchoolYear, step: Step, act: Act) -> None:
    """Note that a request was filed, approved or denied; filing a decided one again takes that back.

    A request is filed after its last day. Raises RefusedError, and InputError naming all that is
    wrong; nothing is written then.
    """
    who = "the school leader" if step.state in _DECISIONS else "the attendance clerk or the school leader"
    require(act.by, HEADS if step.state in _DECISIONS else OFFICE, who)
    with transaction.atomic():
        request = find(year, step.code)
        before = state_of(request)
        if not may_become(before, step.state):
            msg = f"request {step.code} is {before} and cannot become {step.state}; nothing was written"
            raise RefusedError(msg)
        if before in _DECISIONS:
            act.because(f"taking back that request {step.code} was {before}")
        if faults := _step_faults(request, step, act):
            raise InputError(NOTHING, faults)
        StateRequestStep.objects.create(
            request=request,
            state=step.state,
            on=step.on,
            evidence=step.evidence,
            by=act.by.number,
            at=act.at,
        )
        act.note("j13a-step", f"request {step.code}", {"state": before}, {"state": step.state})


def _step_faults(request: StateRequest, step: Step, act: Act) -> list[str]:
    faults = []
    if step.on > local_date(act.by.school, act.at):
        faults.append(f"--on: {step.on} has not come yet")
    last_day = max(request.days.values_list("on", flat=True))
    if step.on <= last_day:
        faults.append(f"--on: the request is about days up to {last_day}; it is filed after the event")
    last_step = request.steps.order_by("pk").last()
    if last_step and step.on < last_step.on:
        faults.append(f"--on: it was {last_step.state} on {last_step.on}, which is later")
    if not step.evidence.strip() or len(step.evidence) > _MOST_CHARS:
        faults.append(f"--evidence: say in {_MOST_CHARS} characters where the form or letter is kept")
    return faults


def find(year: SchoolYear, code: str) -> StateRequest:
    """Return a year's request by its code, locked; raises RefusedError."""
    found = StateRequest.objects.select_for_update().filter(school_year=year, code=code).first()
    if found is None:
        msg = f"{year.name} has no request {code}; rollbook-central j13a list names them"
        raise RefusedError(msg)
    return found


def state_of(request: StateRequest) -> RequestState:
    """Return where a request stands."""
    last = request.steps.order_by("pk").last()
    return RequestState(last.state) if last else RequestState.DRAFT


def require(by: Staff, roles: frozenset[Staff.Role], who: str) -> None:
    """Raise RefusedError for somebody of another role."""
    if by.role not in roles:
        msg = f"employee {by.number} is {called(by)} and cannot do this; ask {who}"
        raise RefusedError(msg)
