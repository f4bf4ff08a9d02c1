"""What a charter school with several tracks must keep to, and how their attendance adds up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from central.domain.attendance import AttendanceDay
from central.domain.calendar import TrackCalendar
from central.domain.enrolment import Grade
from central.domain.finding import Finding, Severity
from central.law.ada import average_daily_attendance
from central.law.errors import LawError
from central.law.minutes import minutes_required
from central.law.periods import divisor_days
from central.law.provision import date_in, number, share


def ada_by_track(
    days: Iterable[AttendanceDay], calendars: Mapping[str, TrackCalendar]
) -> dict[str, Fraction]:
    """Divide each track's attendance days by its own days taught.

    Adding the tracks is left to the report, which adds rounded cells. Pooling all days over one
    divisor would be against the law.

    Raises LawError for a track taught on no day.

    Cites: EC 47612(d)(1) (R-TRK-01).
    """
    kept = list(days)
    return {track: average_daily_attendance(kept, calendar) for track, calendar in calendars.items()}


def findings_on_number_of_tracks(tracks: Sequence[str], on: date) -> tuple[Finding, ...]:
    """Report a school that operates more tracks than it may.

    Cites: EC 47612(d)(2) (R-TRK-02).
    """
    most = number("tracks_a_charter_may_operate", on)
    if len(tracks) <= most:
        return ()
    return (
        Finding(
            rule="R-TRK-02",
            citation="EC 47612(d)(2)",
            subject=", ".join(sorted(tracks)),
            on=None,
            says=f"{len(tracks)} tracks are operated; {most} are allowed",
            remedy="merge tracks before the school year begins",
            severity=Severity.BLOCKING,
        ),
    )


def findings_on_length_of_track(calendar: TrackCalendar, *, is_conversion: bool) -> tuple[Finding, ...]:
    """Report a track taught on too few days.

    `is_conversion` says that the school is a conversion school keeping its previous schedule.

    Cites: EC 47612(d)(3) (R-TRK-03).
    """
    start = calendar.school_year.starts_on
    name = "days_a_track_is_taught_in_a_conversion" if is_conversion else "days_a_track_is_taught"
    least, taught = number(name, start), len(divisor_days(calendar))
    if taught >= least:
        return ()
    return (
        Finding(
            rule="R-TRK-03",
            citation="EC 47612(d)(3)",
            subject=calendar.track,
            on=None,
            says=f"taught on {taught} days; {least} are the least",
            remedy="add school days, or ask for credit of closed days on Form J-13A",
            severity=Severity.BLOCKING,
        ),
    )


def days_needed_before_april(days_taught: int, on: date) -> int:
    """Return how many of a track's days must lie before April 15, the fraction of a day rounded up.

    Exactly the share passes; April 15 itself is not before.

    Cites: EC 47612(d); waiver conditions of 2009 and 2013 (R-TRK-04).
    """
    needed = share("share_of_a_track_before_april", on) * days_taught
    return -(-needed.numerator // needed.denominator)


def findings_on_days_before_april(calendar: TrackCalendar) -> tuple[Finding, ...]:
    """Report a track with too much of its year after the middle of April.

    Cites: EC 47612(d); waiver conditions of 2009 and 2013 (R-TRK-04).
    """
    year = calendar.school_year
    measured_on = date_in("day_a_track_is_measured", year)
    days = divisor_days(calendar)
    before = sum(1 for on in days if on < measured_on)
    needed = days_needed_before_april(len(days), year.starts_on)
    if before >= needed:
        return ()
    return (
        Finding(
            rule="R-TRK-04",
            citation="EC 47612(d); waiver conditions of 2009 and 2013",
            subject=calendar.track,
            on=None,
            says=f"{before} of {len(days)} days lie before {measured_on}; {needed} must",
            remedy="move school days to before that date, or begin the track earlier",
            severity=Severity.BLOCKING,
        ),
    )


def findings_on_minutes_of_track(track: str, offered: Mapping[Grade, int], on: date) -> tuple[Finding, ...]:
    """Report a track that offers some grade less than the whole annual minutes.

    Every track of a multitrack calendar owes them by itself; what another offers more helps nobody.

    Cites: EC 47612(d)(4); EC 47612.5(a)(1) (R-TRK-06, R-MIN-01).
    """
    short = [
        f"grade {grade.value}: {offered[grade]} of {minutes_required(grade, on)}"
        for grade in Grade
        if grade in offered and offered[grade] < minutes_required(grade, on)
    ]
    if not short:
        return ()
    return (
        Finding(
            rule="R-TRK-06",
            citation="EC 47612(d)(4)",
            subject=track,
            on=None,
            says=f"the track does not offer the annual minutes ({'; '.join(short)})",
            remedy="lengthen the track's days or add days to it; other tracks' minutes do not help",
            severity=Severity.BLOCKING,
        ),
    )


@dataclass(frozen=True, slots=True)
class StudentAda:
    """What one student earned over all tracks together, and what of it may be claimed."""

    student: str
    earned: Fraction
    claimable: Fraction

    @property
    def excess(self) -> Fraction:
        """What must come off the totals."""
        return self.earned - self.claimable


def ada_over_several_tracks(
    days: Iterable[AttendanceDay],
    calendars: Mapping[str, TrackCalendar],
) -> tuple[StudentAda, ...]:
    """Compute every student seen on more than one track on their own, capped at one ADA.

    Each track's days are divided by that track's days taught and the shares added, exactly.
    Students of a single track are not listed: they cannot exceed one.

    Raises LawError for a day of a track without a calendar, or taught on no day.

    Cites: State Board of Education waiver condition 5 of 2013; EC 47612(d) (R-TRK-05).
    """
    by_student: dict[str, dict[str, set[AttendanceDay]]] = {}
    for day in days:
        by_student.setdefault(day.student, {}).setdefault(day.track, set()).add(day)
    return tuple(
        _student_ada(student, tracks, calendars)
        for student, tracks in sorted(by_student.items())
        if len(tracks) > 1
    )


def findings_over_one_ada(shares: Iterable[StudentAda]) -> tuple[Finding, ...]:
    """Report the students whose tracks together come to more than one ADA.

    Cites: State Board of Education waiver condition 5 of 2013; EC 47612(d) (R-TRK-05).
    """
    return tuple(
        Finding(
            rule="R-TRK-05",
            citation="State Board of Education waiver condition 5 of 2013",
            subject=share.student,
            on=None,
            says=f"earned {share.earned.numerator}/{share.earned.denominator} ADA on several tracks",
            remedy="claim 1, and agree with the department how the share of each track is cut",
            severity=Severity.WARNING,
        )
        for share in shares
        if share.excess
    )


def _student_ada(
    student: str,
    tracks: Mapping[str, set[AttendanceDay]],
    calendars: Mapping[str, TrackCalendar],
) -> StudentAda:
    unknown = sorted(tracks.keys() - calendars.keys())
    if unknown:
        msg = f"track {unknown[0]} has attendance but no calendar"
        raise LawError(msg)
    shares = (average_daily_attendance(days, calendars[track]) for track, days in tracks.items())
    earned = sum(shares, start=Fraction(0))
    return StudentAda(student, earned, min(earned, Fraction(1)))
