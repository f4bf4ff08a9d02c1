"""Published: whatever stands against claiming a day, from every room that may hold one back."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from central.domain.enrolment import EnrolledSpan
from central.domain.finding import Finding
from central.law.ada import Bar
from central.store.models import SchoolYear
from central.work import conflict_bar, eligibility_bar, minimum_day_bar, study_bar


def bar_of(year: SchoolYear, before: datetime | None = None, students: Collection[int] | None = None) -> Bar:
    """Return what stands against a day: its length, eligibility, study and other evidence, in this order.

    Independent study and other evidence are those written before an instant, None for now; facts are
    those known now.
    `students` are primary keys of those who will be asked about, None is everybody.
    """
    bars = (
        minimum_day_bar.bar_of(year),
        eligibility_bar.bar_of(year, students),
        study_bar.bar_of(year, before, students),
        conflict_bar.bar_of(year, before, students),
    )

    def every(span: EnrolledSpan, on: date) -> Sequence[Finding]:
        return [found for bar in bars for found in bar(span, on)]

    return every
