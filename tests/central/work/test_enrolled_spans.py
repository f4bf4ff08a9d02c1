"""Enrollment in a track follows the classes a student sat in, and what was true before stays."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from central.work.enrolled_spans import Enrolled, Facts, Span, enrolled

ELEVEN, TWELVE = Facts("11", "47612"), Facts("12", "47612")
START = date(2024, 8, 19)
DAY = timedelta(days=1)
spans = st.lists(
    st.builds(
        lambda first, length: Span(START + first * DAY, START + (first + length) * DAY if length else None),
        st.integers(0, 100),
        st.integers(0, 40),
    ),
    max_size=5,
)
moments = st.integers(-5, 160).map(lambda n: START + n * DAY)


def days_of(found: tuple[Enrolled, ...]) -> dict[date, Facts]:
    window = [START + n * DAY for n in range(-5, 200)]
    return {on: item.facts for on in window for item in found if item.span.holds(on)}


@given(seats=spans, as_of=moments)
def test_every_school_day_in_a_class_is_enrolled_and_no_other_weekday_is(
    seats: list[Span], as_of: date
) -> None:
    found = days_of(enrolled(seats, (), TWELVE, as_of))
    for on in (START + n * DAY for n in range(-5, 200)):
        sat = any(span.holds(on) for span in seats)
        assert not sat or on in found
        assert sat or on not in found or on.weekday() >= 5


@given(seats=spans, more=spans, as_of=moments)
def test_what_was_recorded_stands_before_the_change_and_the_change_from_then_on(
    seats: list[Span], more: list[Span], as_of: date
) -> None:
    before = enrolled(seats, (), ELEVEN, START)
    old = days_of(before)
    for on, facts in days_of(enrolled([*seats, *more], before, TWELVE, as_of)).items():
        assert facts == (TWELVE if on >= as_of else old.get(on, TWELVE))


@given(seats=spans, more=spans, as_of=moments, later=st.integers(0, 60))
def test_saying_the_same_again_changes_nothing(
    seats: list[Span], more: list[Span], as_of: date, later: int
) -> None:
    before = enrolled(seats, (), ELEVEN, START)
    once = enrolled([*seats, *more], before, TWELVE, as_of)
    assert enrolled([*seats, *more], once, TWELVE, as_of + later * DAY) == once


@given(seats=spans, as_of=moments)
def test_spans_never_touch_without_a_difference(seats: list[Span], as_of: date) -> None:
    found = enrolled(seats, (), TWELVE, as_of)
    for one, other in itertools.pairwise(found):
        assert one.span.until is not None
        assert one.span.until + DAY < other.span.since


def test_a_weekend_between_two_classes_is_no_gap_and_a_friday_is() -> None:
    week = Span(date(2024, 8, 19), date(2024, 8, 23))
    following = Span(date(2024, 8, 26), None)
    assert enrolled([following, week], (), TWELVE, START) == (Enrolled(Span(START), TWELVE),)
    short = Span(date(2024, 8, 19), date(2024, 8, 22))
    assert len(enrolled([following, short], (), TWELVE, START)) == 2


def test_a_roster_that_says_nothing_of_independent_study_leaves_it_as_recorded() -> None:
    october = (date(2024, 10, 7), date(2024, 10, 18))
    study = Facts("11", "47612", "independent study")
    before = [
        Enrolled(Span(START, october[0] - DAY), ELEVEN),
        Enrolled(Span(*october), study),
        Enrolled(Span(october[1] + DAY), ELEVEN),
    ]
    for as_of in (START, october[0], date(2024, 10, 10), date(2025, 1, 6)):
        found = days_of(enrolled([Span(START)], before, TWELVE, as_of))
        for on, facts in found.items():
            in_study = october[0] <= on <= october[1]
            assert facts.modality == ("independent study" if in_study else "classroom")
            assert facts.grade == ("12" if on >= as_of else "11")
