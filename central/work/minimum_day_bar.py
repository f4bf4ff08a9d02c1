"""Published: what stands against a day on which a district's school offered less than the minimum day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import EnrolledSpan
from central.domain.finding import Finding
from central.domain.school import LeaKind
from central.law.ada import Bar
from central.law.attendance_day import findings_on_minimum_day
from central.store.models import SchoolYear
from central.store.queries.minutes import day_minutes


def bar_of(year: SchoolYear) -> Bar:
    """Return a bar that holds back days too short to be one; a charter school has no minimum day.

    A day whose minutes nobody said passes: nothing shows that it was short.
    """
    offered: dict[tuple[str, date, str], int] = {}
    if year.school.kind != LeaKind.CHARTER:
        minutes = day_minutes(year.school_id, Year(year.name))
        offered = {(day.track, day.on, day.grade.value): day.offered for day in minutes}

    def bar(span: EnrolledSpan, on: date) -> Sequence[Finding]:
        said = offered.get((span.track, on, span.grade.value))
        if said is None:
            return ()
        found = findings_on_minimum_day(span.grade, said, on)
        return [replace(finding, subject=span.student) for finding in found]

    return bar
