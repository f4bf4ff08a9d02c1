"""Emergencies: what a request to the state still needs, and what a closed day must not hold."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from central.domain.attendance import Mark, RecordedMark
from central.domain.calendar import SATURDAY
from central.domain.closure import RequestKind, RequestState, StateRequest
from central.domain.finding import Finding, Severity
from central.law.emergency import is_material_decrease, section_of
from central.law.provision import choice, number

_DAY = timedelta(days=1)


def findings_on_plans(request: StateRequest) -> tuple[Finding, ...]:
    """Report the plans a request must certify that were not there when the school closed.

    Cites: EC 32282; EC 46393 (R-EMG-06).
    """
    first = request.first_day
    if first is None or request.kind is RequestKind.LOST_RECORDS:
        return ()
    if choice("continuity_plan_certified", first) != "yes":
        offer = number("study_offered_within_days", first)
        says = f"the request certifies a plan that offers independent study by {first + offer * _DAY}"
        return (_on_plan(request, says, "attach the plan", Severity.NOTICE),)
    adopted = request.continuity_plan_on
    if adopted is None or adopted > first:
        when = "is not on record" if adopted is None else f"was adopted on {adopted}, after the first day"
        says = f"the instructional continuity plan {when}"
        remedy = "name the day it was adopted, or expect the request to be denied"
        return (_on_plan(request, says, remedy, Severity.WARNING),)
    engage = first + number("families_engaged_within_days", first) * _DAY
    teach = weekdays_after(first, number("instruction_within_schooldays", first))
    says = f"the plan engages families by {engage} and offers instruction by {teach}"
    return (_on_plan(request, says, "keep the proof of both", Severity.NOTICE),)


def weekdays_after(first: date, count: int) -> date:
    """Return the weekday so many weekdays after a date: the law's instructional days of a closed school.

    Cites: EC 32282 (R-EMG-06).
    """
    on = first
    while count:
        on += _DAY
        count -= on.weekday() < SATURDAY
    return on


def findings_on_decrease(request: StateRequest) -> tuple[Finding, ...]:
    """Report the days of a request on which attendance did not fall enough to be asked for.

    Cites: EC 46392 (R-EMG-05).
    """
    if request.kind is not RequestKind.MATERIAL_DECREASE:
        return ()
    return tuple(
        Finding(
            rule="R-EMG-05",
            citation="EC 46392",
            subject=f"request {request.request}, track {day.track}",
            on=day.on,
            says=f"{day.attended} students attended, which is no material decrease of what is normal",
            remedy="leave the day out of the request, or say that an emergency was declared",
            severity=Severity.WARNING,
        )
        for day in request.days
        if not is_material_decrease(day, is_emergency_declared=request.is_emergency_declared)
    )


def findings_on_state(request: StateRequest) -> tuple[Finding, ...]:
    """Report a request that credits nothing yet, or for good, and what an estimate rests on.

    Cites: 5 CCR 428; EC 46391 (R-EMG-01, R-EMG-04, R-EMG-07).
    """
    found = []
    if request.state is not RequestState.APPROVED:
        says = f"the request for {len(request.days)} days is {request.state}: nothing of it is credited"
        remedy = _NEXT[request.state]
        found.append(_on_request(request, "R-EMG-04", says, remedy))
    if request.kind is RequestKind.LOST_RECORDS:
        says = "attendance of these days is the Superintendent's estimate upon affidavits, once approved"
        remedy = "print what stations and central still hold of them before asking for an estimate"
        found.append(_on_request(request, "R-EMG-07", says, remedy))
    return tuple(found)


def findings_on_closed_days(
    track: str, closed: Collection[date], marks: Iterable[RecordedMark]
) -> tuple[Finding, ...]:
    """Report the closed days of a track that hold marks; nobody is present or absent on one.

    Cites: EC 41422; 5 CCR 11960(a) (R-EMG-03, R-ADA-02).
    """
    present: dict[date, int] = dict.fromkeys(closed, 0)
    for mark in marks:
        if mark.track == track and mark.on in present:
            present[mark.on] += mark.mark is Mark.PRESENT
    return tuple(
        Finding(
            rule="R-EMG-03",
            citation="EC 41422; 5 CCR 11960(a)",
            subject=f"track {track}",
            on=on,
            says=f"{count} records say present although school was closed; nobody attends a closed day",
            remedy="remove the records, whatever the school's procedure says (10.3); ask with rollbook j13a",
            severity=Severity.BLOCKING,
        )
        for on, count in sorted(present.items())
        if count
    )


def finding_on_old_law(school: str) -> Finding:
    """Say which law of 2020 the school's procedure for closures still names, and what stands instead.

    Cites: EC 46393; EC 32282; Part 24.5 repealed January 1, 2022 (R-EMG-06).
    """
    return Finding(
        rule="R-EMG-06",
        citation="EC 46393; EC 32282",
        subject=school,
        on=None,
        says="the school's procedure (10.4) names SB 98 of 2020, inoperative since June 30, 2021",
        remedy="go by independent study and the instructional continuity plan instead",
        severity=Severity.NOTICE,
    )


_NEXT = {
    RequestState.DRAFT: "file it after the event",
    RequestState.FILED: "report without it; a revised report may follow the approval",
    RequestState.DENIED: "make the days up, or expect the cut for days not taught",
}


def _on_plan(request: StateRequest, says: str, remedy: str, severity: Severity) -> Finding:
    cited, subject = "EC 32282; EC 46393", f"request {request.request}"
    return Finding("R-EMG-06", cited, subject, request.first_day, says, remedy, severity)


def _on_request(request: StateRequest, rule: str, says: str, remedy: str) -> Finding:
    cited, subject = section_of(request.kind), f"request {request.request}"
    return Finding(rule, cited, subject, request.first_day, says, remedy, Severity.WARNING)
