"""What is said of a present mark that cannot become a day, or only one of several."""

from collections.abc import Collection
from datetime import date

from central.domain.finding import Finding, Severity


def finding_on_day_not_taught(student: str, on: date, track: str) -> Finding:
    """Report a present mark on a day its track was not taught.

    Cites: 5 CCR 11960(a) (R-ADA-02).
    """
    return Finding(
        rule="R-ADA-02",
        citation="5 CCR 11960(a)",
        subject=student,
        on=on,
        says=f"marked present on a day track {track} was not taught",
        remedy="remove the record, or correct the calendar if school was taught",
        severity=Severity.BLOCKING,
    )


def finding_on_missing_enrolment(student: str, on: date, track: str) -> Finding:
    """Report a present mark in a track the student was not enrolled in that day.

    Cites: 5 CCR 11960(a) (R-ADA-02).
    """
    return Finding(
        rule="R-ADA-02",
        citation="5 CCR 11960(a)",
        subject=student,
        on=on,
        says=f"marked present in track {track} without being enrolled in it that day",
        remedy="remove the record, or correct the dates of the enrolment",
        severity=Severity.BLOCKING,
    )


def finding_on_two_tracks(student: str, on: date, tracks: Collection[str]) -> Finding:
    """Report a student present in several tracks on one date.

    Cites: EC 47612(d) (R-ADA-04).
    """
    return Finding(
        rule="R-ADA-04",
        citation="EC 47612(d)",
        subject=student,
        on=on,
        says=f"present in tracks {', '.join(sorted(tracks))} on one date, which is one day",
        remedy="check whose card was used, and where the student belongs",
        severity=Severity.WARNING,
    )
