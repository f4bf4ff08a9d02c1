"""What a period's report must say about closed days and what was asked of the state for them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from central.domain.calendar import SchoolYear as Year
from central.domain.closure import RequestKind, StateRequest
from central.domain.finding import Finding, Severity
from central.domain.school import LeaKind
from central.law.emergency import credit, days_of_attendance_credited, divisor_calendars
from central.law.emergency_findings import (
    finding_on_old_law,
    findings_on_closed_days,
    findings_on_decrease,
    findings_on_plans,
    findings_on_state,
)
from central.law.periods import divisor_days
from central.reports.ground import Ground
from central.reports.rounding import half_up
from central.store.queries.closures import closed_days, requests


def find(ground: Ground) -> Iterator[Finding]:
    """Yield what is pending, denied or ill-founded, and what a closed day must not hold."""
    asked = requests(ground.year, ground.before)
    closed = closed_days(ground.year.school_id, Year(ground.year.name))
    for request in asked:
        yield from findings_on_state(request)
        yield from findings_on_plans(request)
        yield from findings_on_decrease(request)
    marks = [record.recorded_mark() for record in ground.standing]
    for track, days in sorted(closed.items()):
        yield from findings_on_closed_days(track, days, marks)
    yield from _views(ground, asked)
    yield from _divisors(ground, asked, closed)
    if closed or any(request.kind is RequestKind.CLOSURE for request in asked):
        yield finding_on_old_law(ground.year.school.code)


def _views(ground: Ground, asked: Sequence[StateRequest]) -> Iterator[Finding]:
    """Say of each track what is credited as filed, and what would be if everything filed were approved."""
    for track, calendar in ground.calendars.items():
        seen, net = credit(asked, track), days_of_attendance_credited(asked, track)
        taught = divisor_days(calendar)
        if seen.as_filed != seen.if_approved:
            days = [len(taught | view.days) for view in (seen.as_filed, seen.if_approved)]
            minutes = [view.minutes for view in (seen.as_filed, seen.if_approved)]
            yield Finding(
                "R-EMG-04",
                "EC 41422; EC 46200",
                f"track {track}",
                None,
                f"{days[0]} days and {minutes[0]} credited minutes as filed; "
                f"{days[1]} days and {minutes[1]} minutes if approved",
                "certify the first; report again once the state has decided",
                Severity.WARNING,
            )
        if net.if_approved:
            yield Finding(
                "R-EMG-05",
                "EC 46392",
                f"track {track}",
                None,
                f"{half_up(net.as_filed)} days of attendance are credited for material decreases as filed, "
                f"{half_up(net.if_approved)} if approved; the rows hold none of them",
                "claim what is approved by the state's own letter, beside these rows",
                Severity.WARNING,
            )


def _divisors(
    ground: Ground, asked: Sequence[StateRequest], closed: Mapping[str, frozenset[date]]
) -> Iterator[Finding]:
    """Stop a district's report that leaves closed days out of its divisor before the state agreed."""
    kind = LeaKind(ground.year.school.kind)
    for track, calendar in ground.calendars.items():
        seen = divisor_calendars(kind, calendar, closed.get(track, frozenset()), asked).as_filed
        owed = divisor_days(seen) - divisor_days(calendar)
        if owed:
            yield Finding(
                "R-EMG-04",
                "EC 41422; EC 46200",
                f"track {track}",
                min(owed),
                f"{len(owed)} closed days stay in the divisor until their request is approved, "
                "and are not in that of this report",
                "wait for the approval, or make the days up and correct the calendar",
                Severity.BLOCKING,
            )
