"""Which teachers' certification documents are over, or end soon, with nothing to follow them."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from central.domain.finding import Finding, Severity
from central.store.models import School, Staff, TeachingCredential

SOON: Final = timedelta(days=60)
_DAY: Final = timedelta(days=1)


def ending_soon(school: School, on: date, within: timedelta = SOON) -> list[Finding]:
    """Return a finding for each teacher whose last valid day comes within some days, the soonest first.

    Documents that follow one another without a gap count as one. Those long over are told of too, as
    long as the teacher has a class. Two queries.
    """
    teaching = Staff.objects.filter(school=school, role=Staff.Role.TEACHER)
    teaching = teaching.filter(assignments__since__lte=on + within).exclude(assignments__until__lt=on)
    numbers = dict(teaching.distinct().values_list("pk", "number"))
    held: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for staff, since, until in TeachingCredential.objects.filter(staff__in=numbers).values_list(
        "staff_id", "since", "until"
    ):
        held[staff].append((since, until))
    ends = sorted((_last_day(spans, on), numbers[staff]) for staff, spans in held.items())
    return [_finding(number, last, on) for last, number in ends if last <= on + within]


def _last_day(spans: list[tuple[date, date]], on: date) -> date:
    """Return the last day of the run of documents that holds on a day, else the last before it."""
    reached = date.min
    for since, until in sorted(spans):
        if reached >= on and since > reached + _DAY:
            break
        reached = max(reached, until)
    return reached


def _finding(number: str, last: date, on: date) -> Finding:
    is_over = last < on
    tense = "ended" if is_over else "ends"
    return Finding(
        rule="R-AGE-05",
        citation="EC 47605(l)(1)",
        subject=number,
        on=last,
        says=f"the last document of employee {number} {tense} on {last}; without one nobody can certify",
        remedy="bring the renewed document's dates in with the roster or import-staff",
        severity=Severity.BLOCKING if is_over else Severity.WARNING,
    )
