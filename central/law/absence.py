"""Which days a student was expected, which of them are full-day absences, and what their reasons do."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from central.domain.absence import AbsenceCode, AbsenceReason, FullDayAbsence
from central.domain.attendance import Mark, RecordedMark
from central.domain.calendar import SATURDAY, TrackCalendar
from central.domain.enrolment import EnrolledSpan
from central.domain.finding import Finding, Severity
from central.law.periods import divisor_days
from central.law.provision import choice

_CREDITED: Mapping[AbsenceReason, str] = {
    AbsenceReason.EXCUSED: "excused_absence_is_credited",
    AbsenceReason.UNEXCUSED: "unexcused_absence_is_credited",
    AbsenceReason.SUSPENSION: "suspension_is_credited",
    AbsenceReason.IN_SCHOOL_SUSPENSION: "in_school_suspension_is_credited",
    AbsenceReason.IMMUNIZATION: "exclusion_for_immunization_is_credited",
    AbsenceReason.INCOMPLETE_STUDY: "incomplete_study_is_credited",
}
# Fewer days than these without a single absence are nothing to wonder at.
_MANY_DAYS = 200


def is_credited(reason: AbsenceReason, on: date) -> bool:
    """Tell whether a day missed for a reason is a day of attendance all the same.

    Cites: 5 CCR 11960(a); EC 46010.3 (R-ADA-02, R-ADA-03, R-CHR-02).
    """
    return choice(_CREDITED[reason], on) == "yes"


def findings_on_codes(codes: Iterable[AbsenceCode], on: date) -> tuple[Finding, ...]:
    """Report codes of a school's own table that give credit the law does not, or withhold what it gives.

    One such code once overstated a school's average daily attendance by 13.73.

    Cites: 5 CCR 11960(a) (R-AUD-02).
    """
    findings = []
    for code in codes:
        lawful = is_credited(code.reason, on)
        if code.is_credited == lawful:
            continue
        says = f"the code is configured as {'credited' if code.is_credited else 'not credited'}, "
        says += f"and a day of {code.reason.value} is {'' if lawful else 'not '}attendance"
        remedy = "correct the code in the student information system, and every day that was entered with it"
        severity = Severity.WARNING if lawful else Severity.BLOCKING
        findings.append(
            Finding("R-AUD-02", "5 CCR 11960(a)", f"code {code.code}", on, says, remedy, severity)
        )
    return tuple(findings)


def full_day_absences(
    marks: Iterable[RecordedMark],
    spans: Iterable[EnrolledSpan],
    calendars: Mapping[str, TrackCalendar],
    reasons: Mapping[tuple[str, date], AbsenceReason],
) -> list[FullDayAbsence]:
    """Return the weekdays taught on which enrolled students were absent from every class, by student.

    A student was absent when a certificated person says so for at least one class of a track they
    were enrolled in, and for no class anywhere the opposite. A reason nobody noted is unexcused.

    Cites: EC 46010.3; EC 60901(c)(1) (R-ADA-03, R-CHR-01, R-CHR-02).
    """
    held: dict[str, list[EnrolledSpan]] = defaultdict(list)
    for span in spans:
        held[span.student].append(span)
    absent: dict[tuple[str, date], set[str]] = defaultdict(set)
    present: set[tuple[str, date]] = set()
    for mark in marks:
        if not mark.stage.counts:
            continue
        if mark.mark is Mark.PRESENT:
            present.add((mark.student, mark.on))
        else:
            absent[mark.student, mark.on].add(mark.track)
    taught = {track: divisor_days(calendar) for track, calendar in calendars.items()}
    found = []
    for (student, on), tracks in sorted(absent.items()):
        if (student, on) not in present and any(
            span.track in tracks and span.holds(on) and on in taught.get(span.track, ())
            for span in held[student]
        ):
            reason = reasons.get((student, on), AbsenceReason.UNEXCUSED)
            found.append(FullDayAbsence(student, on, reason))
    return found


def expected_days(
    spans: Iterable[EnrolledSpan],
    calendars: Mapping[str, TrackCalendar],
    attended: Collection[date],
    until: date,
) -> frozenset[date]:
    """Return the weekdays up to a date on which one student was enrolled and their track was taught.

    Who is enrolled and has not come yet is a no-show: a stretch of enrollment begins on the first
    day the student attended in it, and one never attended expects nobody.

    Cites: EC 60901(c)(1); state data dictionary, no-shows (R-CHR-01, R-MON-01).
    """
    expected: set[date] = set()
    for stretch in _stretches(spans):
        days = {
            on
            for span in stretch
            if span.track in calendars
            for on in divisor_days(calendars[span.track])
            if span.holds(on) and on <= until
        }
        came = [on for on in attended if any(span.holds(on) for span in stretch) and on <= until]
        expected |= {on for on in days if came and on >= min(came)}
    return frozenset(expected)


def findings_on_full_attendance(track: str, attended: int, absent: int) -> tuple[Finding, ...]:
    """Report a track in which many days are recorded and nobody missed one.

    Cites: 5 CCR 11960(a) (R-AUD-02).
    """
    if absent or attended < _MANY_DAYS:
        return ()
    return (
        Finding(
            rule="R-AUD-02",
            citation="5 CCR 11960(a)",
            subject=f"track {track}",
            on=None,
            says=f"all {attended} student days recorded are present, which is implausible",
            remedy="see whether absences are recorded at all, and whether a code turns them into attendance",
            severity=Severity.WARNING,
        ),
    )


def _stretches(spans: Iterable[EnrolledSpan]) -> list[list[EnrolledSpan]]:
    """Group enrollments that follow one another without a weekday between them."""
    stretches: list[list[EnrolledSpan]] = []
    for span in sorted(spans, key=lambda span: span.since):
        if stretches and not _is_apart(stretches[-1], span.since):
            stretches[-1].append(span)
        else:
            stretches.append([span])
    return stretches


def _is_apart(stretch: Sequence[EnrolledSpan], since: date) -> bool:
    if any(span.until is None for span in stretch):
        return False
    last = max(span.until for span in stretch if span.until is not None)
    between = (last + timedelta(days=n) for n in range(1, (since - last).days))
    return any(on.weekday() < SATURDAY for on in between)
