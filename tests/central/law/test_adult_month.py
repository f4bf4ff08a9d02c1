"""The hours of adult classes: those certified present, by the bell schedule, and what taps prove of them."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from central.law.adult_month import ClassDay, class_months

FIRST = date(2024, 8, 5)
DAYS = [FIRST + timedelta(days=n) for n in range(10)]
MONTHS = {(section, on): 1 + number // 5 for section in "XY" for number, on in enumerate(DAYS[:8])}
days = st.builds(
    ClassDay,
    section=st.sampled_from("XY"),
    student=st.sampled_from(["001", "002"]),
    on=st.sampled_from(DAYS),
    is_present=st.booleans(),
    is_certified=st.booleans(),
    bell_minutes=st.none() | st.integers(0, 200),
    seat_minutes=st.none() | st.integers(0, 300),
)


@settings(max_examples=50)
@given(st.lists(days, max_size=20, unique_by=lambda day: (day.section, day.student, day.on)))
def test_the_months_are_those_of_counting_each_record_by_hand(held: list[ClassDay]) -> None:
    found = class_months(held, MONTHS)
    inside = [day for day in held if (day.section, day.on) in MONTHS]
    assert sum(each.present + each.absent + each.uncertified for each in found) == len(inside)
    present = [day for day in inside if day.is_present and day.is_certified]
    assert sum(each.present for each in found) == len(present)
    assert sum((each.hours for each in found), start=Fraction(0)) == Fraction(
        sum(day.bell_minutes or 0 for day in present), 60
    )
    for each in found:
        here = [
            day for day in inside if (day.section, MONTHS[day.section, day.on]) == (each.section, each.month)
        ]
        assert each.days == len({day.on for day in here})
        assert each.students == len({day.student for day in here})
        assert each.proven <= each.present
        assert each.without_bell <= each.present
        if not each.without_bell:
            assert each.proven_hours <= each.hours


def test_two_students_of_ninety_minutes_make_three_hours_and_a_tap_too_many_proves_no_more() -> None:
    held = [
        ClassDay("X", "001", FIRST, is_present=True, is_certified=True, bell_minutes=90, seat_minutes=400),
        ClassDay("X", "002", FIRST, is_present=True, is_certified=True, bell_minutes=90, seat_minutes=None),
        ClassDay("X", "003", FIRST, is_present=True, is_certified=False, bell_minutes=90, seat_minutes=90),
        ClassDay("X", "004", FIRST, is_present=False, is_certified=True, bell_minutes=90, seat_minutes=None),
        ClassDay("X", "005", DAYS[9], is_present=True, is_certified=True, bell_minutes=90, seat_minutes=None),
    ]
    (month,) = class_months(held, MONTHS)
    assert (month.days, month.students, month.present, month.absent, month.uncertified) == (1, 4, 2, 1, 1)
    assert (month.hours, month.proven, month.proven_hours) == (Fraction(3), 1, Fraction(3, 2))
