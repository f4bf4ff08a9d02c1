from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.attendance import AttendanceDay
from central.domain.enrolment import Grade
from central.law.errors import LawError
from central.law.tracks import (
    StudentAda,
    ada_over_several_tracks,
    days_needed_before_april,
    findings_on_days_before_april,
    findings_on_length_of_track,
    findings_on_number_of_tracks,
    findings_over_one_ada,
)
from tests.fakes.school_days import calendar_of, some_weekdays, spread

ON = date(2024, 7, 1)


@given(st.integers(min_value=0, max_value=366))
def test_the_days_needed_before_april_are_the_fewest_that_make_the_share(days: int) -> None:
    needed = days_needed_before_april(days, ON)
    assert 20 * needed >= 11 * days
    assert 20 * (needed - 1) < 11 * days


def test_students_of_one_track_are_not_computed_on_their_own() -> None:
    days = some_weekdays(4)
    calendars = {"A": calendar_of(days, "A"), "B": calendar_of(days, "B")}
    alone = spread(8, days, "A")
    both = [AttendanceDay("S0", days[0], "B", Grade.G9)]
    shares = ada_over_several_tracks([*alone, *both], calendars)
    assert shares == (StudentAda("S0", Fraction(5, 4), Fraction(1)),)


def test_only_students_beyond_one_ada_are_reported_with_what_must_come_off() -> None:
    over = StudentAda("S1", Fraction(5, 4), Fraction(1))
    exactly = StudentAda("S2", Fraction(1), Fraction(1))
    (finding,) = findings_over_one_ada([over, exactly])
    assert (finding.rule, finding.subject, finding.says) == (
        "R-TRK-05",
        "S1",
        "earned 5/4 ADA on several tracks",
    )
    assert (over.excess, exactly.excess) == (Fraction(1, 4), Fraction(0))


def test_a_second_track_without_a_calendar_is_an_error() -> None:
    days = some_weekdays(4)
    both = [AttendanceDay("S0", days[0], track, Grade.G9) for track in "AZ"]
    with pytest.raises(LawError, match="track Z has attendance but no calendar"):
        ada_over_several_tracks(both, {"A": calendar_of(days, "A")})


def test_weekend_classes_do_not_lengthen_a_track() -> None:
    days = some_weekdays(174)
    calendar = calendar_of([*days, date(2024, 8, 10), date(2024, 8, 17)])
    (finding,) = findings_on_length_of_track(calendar, is_conversion=False)
    assert finding.says == "taught on 174 days; 175 are the least"
    assert finding.blocks


def test_findings_on_tracks_name_the_tracks_and_the_law() -> None:
    (finding,) = findings_on_number_of_tracks(list("FABCDE"), ON)
    assert (finding.subject, finding.citation) == ("A, B, C, D, E, F", "EC 47612(d)(2)")


def test_a_track_that_begins_late_is_told_how_far_it_is_short() -> None:
    calendar = calendar_of(some_weekdays(60, date(2025, 3, 3)))
    (finding,) = findings_on_days_before_april(calendar)
    assert finding.says == "31 of 60 days lie before 2025-04-15; 33 must"
