"""Average daily attendance: which days count, and what they are divided by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from central.domain.attendance import AttendanceDay, Mark, RecordedMark
from central.domain.calendar import TrackCalendar
from central.domain.enrolment import EnrolledSpan, GradeSpan
from central.domain.finding import Finding, Severity
from central.law.errors import LawError
from central.law.periods import divisor_days, is_divisor_day

Bar = Callable[[EnrolledSpan, date], Sequence[Finding]]
"""What stands against claiming a day of an enrolment; findings that block keep the day out."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The days that may be claimed, and what was noticed on the way."""

    days: frozenset[AttendanceDay]
    findings: tuple[Finding, ...]


def _nothing_bars(_span: EnrolledSpan, _on: date) -> tuple[Finding, ...]:
    return ()


def average_daily_attendance(days: Iterable[AttendanceDay], calendar: TrackCalendar) -> Fraction:
    """Divide a track's attendance days by the days school was taught in it.

    A student earns at most one day per calendar day, however many records say so, and
    none on a day the track was not taught. Days of other tracks are left to their own
    calendars. The result is exact; only reports round.

    Raises LawError for a track that was taught on no day.

    Cites: EC 47612(d)(1); 5 CCR 11960(a) (R-ADA-01, R-ADA-04).
    """
    taught = divisor_days(calendar)
    if not taught:
        msg = f"track {calendar.track} was taught on no day, so it has no ADA"
        raise LawError(msg)
    earned = {(day.student, day.on) for day in days if day.track == calendar.track and day.on in taught}
    return Fraction(len(earned), len(taught))


def ada_by_grade_span(days: Iterable[AttendanceDay], calendar: TrackCalendar) -> dict[GradeSpan, Fraction]:
    """Divide a track's attendance days by the days taught, one grade span at a time.

    A day belongs to the grade the student was in on that date. Every span is in the result.

    Raises LawError for a track that was taught on no day.

    Cites: 5 CCR 11960(a); entry screens of the attendance data collection (R-ADA-06).
    """
    kept = list(days)
    return {
        span: average_daily_attendance((day for day in kept if day.grade.span is span), calendar)
        for span in GradeSpan
    }


def attendance_days(
    marks: Iterable[RecordedMark],
    spans: Iterable[EnrolledSpan],
    calendars: Mapping[str, TrackCalendar],
    bar: Bar = _nothing_bars,
) -> Claim:
    """Turn attendance records into the days that may be claimed.

    Only a present mark a certificated person stands behind counts, on a day the track was taught
    and the student enrolled in it, with nothing barring that day. Three classes of a day are one
    day; presence in two tracks on one date is one day, in the track of the older enrolment, and a
    finding. The result does not depend on the order of the marks.

    Raises LawError for a mark in a track without a calendar.

    Cites: EC 47612(d); 5 CCR 11960(a) (R-ADA-02, R-ADA-04, R-REC-04).
    """
    present: dict[tuple[str, date], set[str]] = {}
    for mark in marks:
        if mark.mark is Mark.PRESENT and mark.stage.counts:
            present.setdefault((mark.student, mark.on), set()).add(mark.track)
    by_student: dict[str, list[EnrolledSpan]] = {}
    for span in spans:
        by_student.setdefault(span.student, []).append(span)
    days: set[AttendanceDay] = set()
    findings: list[Finding] = []
    for (student, on), tracks in sorted(present.items()):
        held = [span for span in by_student.get(student, ()) if span.holds(on)]
        eligible = []
        for track in sorted(tracks):
            standing, noticed = _standing(student, on, _calendar(track, calendars), held, bar)
            findings.extend(noticed)
            if standing is not None:
                eligible.append(standing)
        if len(tracks) > 1:
            findings.append(_seen_twice(student, on, tracks))
        if eligible:
            chosen = min(eligible, key=lambda span: (span.since, span.track))
            days.add(AttendanceDay(student, on, chosen.track, chosen.grade))
    return Claim(frozenset(days), tuple(findings))


def _calendar(track: str, calendars: Mapping[str, TrackCalendar]) -> TrackCalendar:
    if track not in calendars:
        msg = f"track {track} has attendance but no calendar"
        raise LawError(msg)
    return calendars[track]


def _standing(
    student: str,
    on: date,
    calendar: TrackCalendar,
    held: Sequence[EnrolledSpan],
    bar: Bar,
) -> tuple[EnrolledSpan | None, Sequence[Finding]]:
    """Return the enrolment a day can be claimed under, if any, and what was noticed."""
    if not is_divisor_day(on, calendar):
        return None, [_not_a_school_day(student, on, calendar)]
    here = [span for span in held if span.track == calendar.track]
    if not here:
        return None, [_not_enrolled(student, on, calendar.track)]
    # A change of grade is a new enrolment; the younger one says what is true from that day on.
    span = max(here, key=lambda span: (span.since, span.grade.level))
    noticed = bar(span, on)
    return (None if any(finding.blocks for finding in noticed) else span), noticed


def _not_a_school_day(student: str, on: date, calendar: TrackCalendar) -> Finding:
    if on in calendar.days_taught:
        return Finding(
            rule="R-ADA-08",
            citation="EC 37223",
            subject=student,
            on=on,
            says=f"present at a weekend class of track {calendar.track}, which is outside its divisor",
            remedy="count weekend make-up classes by hand until the school's method is agreed",
            severity=Severity.WARNING,
        )
    return Finding(
        rule="R-ADA-02",
        citation="5 CCR 11960(a)",
        subject=student,
        on=on,
        says=f"marked present on a day track {calendar.track} was not taught",
        remedy="remove the record, or correct the calendar if school was taught",
        severity=Severity.BLOCKING,
    )


def _not_enrolled(student: str, on: date, track: str) -> Finding:
    return Finding(
        rule="R-ADA-02",
        citation="5 CCR 11960(a)",
        subject=student,
        on=on,
        says=f"marked present in track {track} without being enrolled in it that day",
        remedy="remove the record, or correct the dates of the enrolment",
        severity=Severity.BLOCKING,
    )


def _seen_twice(student: str, on: date, tracks: set[str]) -> Finding:
    return Finding(
        rule="R-ADA-04",
        citation="EC 47612(d)",
        subject=student,
        on=on,
        says=f"present in tracks {', '.join(sorted(tracks))} on one date, which is one day",
        remedy="check whose card was used, and where the student belongs",
        severity=Severity.WARNING,
    )
