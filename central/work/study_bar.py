"""Published: what stands against claiming a day of an enrollment for independent study."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from central.domain.calendar import SchoolYear as Year
from central.domain.enrolment import EnrolledSpan, Modality
from central.domain.finding import Finding, Severity
from central.law.ada import Bar
from central.store.models import SchoolYear
from central.work.study_claims import study_claim


def bar_of(year: SchoolYear, before: datetime | None = None, students: Collection[int] | None = None) -> Bar:
    """Return a bar that lets a day of independent study count by its evaluated work alone.

    Presence in a class proves nothing for such an enrollment. Other enrollments pass. With `before`,
    only what was written before that instant is known; `students` are primary keys, None is everybody.
    """
    claim = study_claim(year, before, Year(year.name).ends_on, students=students)
    earned = {(day.student, day.on) for day in claim.days}

    def bar(span: EnrolledSpan, on: date) -> Sequence[Finding]:
        if span.modality is not Modality.INDEPENDENT_STUDY or (span.student, on) in earned:
            return ()
        return (
            Finding(
                rule="R-IS-08",
                citation="EC 51747.5(b); 5 CCR 11703",
                subject=span.student,
                on=on,
                says="present in a class while enrolled for independent study, which its work alone can earn",
                remedy="enter the evaluated work, or correct how the student is enrolled that day",
                severity=Severity.BLOCKING,
            ),
        )

    return bar
