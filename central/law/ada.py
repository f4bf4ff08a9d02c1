"""Average daily attendance: which days count, and what they are divided by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from central.domain.attendance import AttendanceDay, Mark, RecordedMark
from central.domain.calendar import TrackCalendar
from central.domain.enrolment import EnrolledSpan, GradeSpan, Modality, Programme
from central.domain.finding import Finding
from central.law.attendance_findings import (
    finding_on_day_not_taught,
    finding_on_missing_enrolment,
    finding_on_two_tracks,
)
from central.law.errors import LawError
from central.law.periods import divisor_days
from central.law.weekend import days_over_five_a_week, finding_on_sixth_day

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
    none on a day the track was not taught. A weekend make-up class earns a day and divides by
    none. Days of other tracks are left to their own calendars. The result is exact; only reports
    round.

    Raises LawError for a track that was taught on no day.

    Cites: EC 47612(d)(1); 5 CCR 11960(a); EC 37223 (R-ADA-01, R-ADA-04, R-ADA-08).
    """
    taught = divisor_days(calendar)
    if not taught:
        msg = f"track {calendar.track} was taught on no day, so it has no ADA"
        raise LawError(msg)
    here = (day for day in days if day.track == calendar.track and day.on in calendar.days_taught)
    return Fraction(len({(day.student, day.on) for day in here}), len(taught))


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


def attendance_share(pupil_days: int, days_possible: int) -> Fraction:
    """Return the share of the days students were enrolled that they attended, exactly.

    A measure of the school's own; the state does not define it.

    Raises LawError when no day was possible, or more were attended than possible.

    Cites: the school's own measure beside 5 CCR 11960(a) (R-ADA-10).
    """
    if not 0 <= pupil_days <= days_possible or not days_possible:
        msg = f"{pupil_days} days attended of {days_possible} possible is no share"
        raise LawError(msg)
    return Fraction(pupil_days, days_possible)


def enrolment_in_force(spans: Iterable[EnrolledSpan], track: str, on: date) -> EnrolledSpan | None:
    """Return a student's enrolment in a track on a date, or None.

    A change of grade is a new enrolment; of two that hold, the younger says what is true. Of two
    begun on one day the higher grade does, then independent study, then the ordinary programme:
    never the order they were written in.

    Cites: 5 CCR 11960(a) (R-ADA-02, R-ADA-06).
    """
    here = [span for span in spans if span.track == track and span.holds(on)]
    return max(here, key=_precedence, default=None)


def _precedence(span: EnrolledSpan) -> tuple[date, int, bool, bool]:
    is_study = span.modality is Modality.INDEPENDENT_STUDY
    return span.since, span.grade.level, is_study, span.programme is Programme.ORDINARY_CHARTER


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
    finding. A weekend make-up class counts while the student's week has room. The result does not
    depend on the order of the marks.

    Raises LawError for a mark in a track without a calendar.

    Cites: EC 47612(d); 5 CCR 11960(a); EC 37223 (R-ADA-02, R-ADA-04, R-ADA-08, R-REC-04).
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
        eligible = []
        for track in sorted(tracks):
            calendar, held = _calendar(track, calendars), by_student.get(student, ())
            standing, noticed = _standing(student, on, calendar, held, bar)
            findings.extend(noticed)
            if standing is not None:
                eligible.append(standing)
        if len(tracks) > 1:
            findings.append(finding_on_two_tracks(student, on, tracks))
        if eligible:
            chosen = min(eligible, key=lambda span: (span.since, span.track))
            days.add(AttendanceDay(student, on, chosen.track, chosen.grade, chosen.modality))
    over = days_over_five_a_week(days)
    findings.extend(finding_on_sixth_day(day) for day in sorted(over, key=lambda day: (day.student, day.on)))
    return Claim(frozenset(days - over), tuple(findings))


def _calendar(track: str, calendars: Mapping[str, TrackCalendar]) -> TrackCalendar:
    if track not in calendars:
        msg = f"track {track} has attendance but no calendar"
        raise LawError(msg)
    return calendars[track]


def _standing(
    student: str,
    on: date,
    calendar: TrackCalendar,
    held: Iterable[EnrolledSpan],
    bar: Bar,
) -> tuple[EnrolledSpan | None, Sequence[Finding]]:
    """Return the enrolment a day can be claimed under, if any, and what was noticed."""
    if on not in calendar.days_taught:
        return None, [finding_on_day_not_taught(student, on, calendar.track)]
    span = enrolment_in_force(held, calendar.track, on)
    if span is None:
        return None, [finding_on_missing_enrolment(student, on, calendar.track)]
    noticed = bar(span, on)
    return (None if any(finding.blocks for finding in noticed) else span), noticed
