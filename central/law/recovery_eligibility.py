"""Attendance recovery: which schools and which of their students may recover attendance, and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from central.domain.calendar import DateSpan, TrackCalendar
from central.domain.enrolment import EnrolledSpan, Modality
from central.domain.finding import Finding, Severity
from central.domain.school import LeaKind, SchoolFacts
from central.law.periods import divisor_days
from central.law.provision import number
from central.law.recovery import findings_on_recovery_programme
from central.law.recovery_sessions import RecoveryBar

_DAY = timedelta(days=1)


def findings_on_recovery_school(school: SchoolFacts, *, is_classroom_based: bool) -> tuple[Finding, ...]:
    """Report a charter school that may not recover attendance because it is not classroom-based.

    Cites: EC 46211(g); EC 47612.5(e) (R-AR-01, R-NCB-01).
    """
    if school.kind is not LeaKind.CHARTER or is_classroom_based:
        return ()
    says = "a charter school that is not classroom-based may not recover attendance"
    remedy = "claim no recovered day of this school"
    return (_finding(school.code, None, says, remedy),)


def recovery_bar(
    spans: Iterable[EnrolledSpan],
    calendars: Mapping[str, TrackCalendar],
    of_the_school: Sequence[Finding] = (),
) -> RecoveryBar:
    """Return what stands against one student's recovery on a date, for `RecoveryGround.bar`.

    `spans` are the student's enrolments, `calendars` the tracks of the school year, `of_the_school`
    what stands against the school as a whole. A date outside every enrolment, such as one in summer, is
    judged by the next enrolment, or the last.

    Cites: EC 46211(g) (R-AR-01).
    """
    held = sorted(spans, key=lambda span: (span.since, span.track))
    runs = long_study(held, calendars)

    def bar(on: date) -> tuple[Finding, ...]:
        span = _span_for(on, held)
        programme = findings_on_recovery_programme(span.programme, on) if span else ()
        return (
            *of_the_school,
            *(replace(finding, subject=span.student, on=None) for finding in programme if span),
            *(_in_study(held[0].student, run, on) for run in runs if run.holds(on)),
        )

    return bar


def long_study(spans: Sequence[EnrolledSpan], calendars: Mapping[str, TrackCalendar]) -> tuple[DateSpan, ...]:
    """Return the dates in which a student was continuously in independent study for too long to recover.

    Counted in schooldays of the student's own tracks: a run of more than fifteen bars all its dates,
    from its first schoolday to the day before the next one in a classroom, or to the end of the
    enrolment. The run is judged as the enrolments stand, not day by day: a long run is long from its start.

    Cites: EC 46211(g) (R-AR-01).
    """
    runs: list[list[date]] = [[]]
    ends: list[date] = []
    for on in _schooldays(spans, calendars):
        if all(span.modality is Modality.INDEPENDENT_STUDY for span in spans if span.holds(on)):
            runs[-1].append(on)
        elif runs[-1]:
            ends.append(on - _DAY)
            runs.append([])
    last = max((span.until or date.max for span in spans), default=date.max)
    return tuple(
        DateSpan(run[0], end)
        for run, end in zip(runs, [*ends, last], strict=True)
        if run and len(run) > number("schooldays_of_study_beside_recovery", run[0])
    )


def _schooldays(spans: Sequence[EnrolledSpan], calendars: Mapping[str, TrackCalendar]) -> list[date]:
    days = {
        on
        for span in spans
        if span.track in calendars
        for on in divisor_days(calendars[span.track])
        if span.holds(on)
    }
    return sorted(days)


def _span_for(on: date, held: Sequence[EnrolledSpan]) -> EnrolledSpan | None:
    here = [span for span in held if span.holds(on)]
    later = [span for span in held if span.since > on]
    return next(iter([*here, *later, *reversed(held)]), None)


def _in_study(student: str, run: DateSpan, on: date) -> Finding:
    most = number("schooldays_of_study_beside_recovery", on)
    says = f"continuously in independent study for more than {most} schooldays from {run.since}"
    remedy = "recover attendance only while the student is in a classroom-based programme"
    return _finding(student, run.since, says, remedy)


def _finding(subject: str, on: date | None, says: str, remedy: str) -> Finding:
    return Finding(
        rule="R-AR-01",
        citation="EC 46211(g)",
        subject=subject,
        on=on,
        says=says,
        remedy=remedy,
        severity=Severity.BLOCKING,
    )
