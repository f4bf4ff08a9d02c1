"""The ledger of a year counts a student to the reporting dates of the student's own tracks."""

from datetime import date, timedelta

from central.domain.calendar import SchoolYear, TrackCalendar
from central.domain.enrolment import EnrolledSpan, Grade, Programme
from central.domain.period import PeriodKind
from central.work.recovery_year import RecoveryYear, StudentGround, is_in_force

YEAR = SchoolYear("2025-26")


def calendar(track: str, first: date, weeks: int) -> TrackCalendar:
    """Return a track taught on the weekdays of some weeks, from a Monday on."""
    days = (first + timedelta(days=7 * week + day) for week in range(weeks) for day in range(5))
    return TrackCalendar(track, YEAR, frozenset(days))


def span(track: str) -> EnrolledSpan:
    return EnrolledSpan("1", track, Grade.G9, Programme.ORDINARY_CHARTER, date(2025, 8, 1))


def ledger(*tracks: str) -> RecoveryYear:
    """Return a year with one student on some of three tracks, the last of them taught three weeks."""
    calendars = {
        "A": calendar("A", date(2025, 8, 11), 40),
        "B": calendar("B", date(2025, 8, 25), 40),
        "C": calendar("C", date(2025, 8, 11), 3),
    }
    spans = [span(track) for track in tracks]
    return RecoveryYear(
        year=YEAR, sessions=(), calendars=calendars, students={"1": StudentGround(spans=spans)}
    )


def test_a_student_of_one_track_is_counted_to_its_last_full_month() -> None:
    assert ledger("A").counts_to("1", PeriodKind.P1) == date(2025, 12, 26)
    assert ledger("B").counts_to("1", PeriodKind.P1) == date(2025, 12, 12)
    assert ledger("A").counts_to("1", PeriodKind.ANNUAL) == date(2026, 6, 30)


def test_a_student_of_several_tracks_is_counted_to_the_earliest_of_them() -> None:
    assert ledger("A", "B").counts_to("1", PeriodKind.P1) == date(2025, 12, 12)
    assert ledger("A", "B").counts_to("1", PeriodKind.ANNUAL) == date(2026, 6, 30)


def test_a_track_without_a_full_month_has_no_first_period() -> None:
    assert ledger("C").counts_to("1", PeriodKind.P1) is None
    assert ledger("A", "C").counts_to("1", PeriodKind.P1) is None
    assert ledger().counts_to("1", PeriodKind.ANNUAL) is None


def test_an_account_after_june_30_is_that_of_june_30() -> None:
    held = ledger("A")
    assert held.account("1", date(2026, 7, 9)) is held.account("1", date(2026, 6, 30))


def test_there_was_no_recovery_before_2025_26() -> None:
    assert [is_in_force(SchoolYear(name)) for name in ("2024-25", "2025-26", "2026-27")] == [
        False,
        True,
        True,
    ]
