"""What somebody types of a line of a sheet: understood as meant, or asked again; never of another student."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.class_sheet import Held, Listed
from central.errors import RefusedError
from central.exchange.kit.hand_over import Row
from central.kit.typed import Roll, clock, find, row

MONDAY = date(2024, 9, 9)
MORNING = Held(MONDAY, time(8, 30), time(15))
EVENING = Held(MONDAY, time(18), time(20, 30))
ANA, BEN, ANN = Listed("001001", "Soto, Ana"), Listed("1002", "Núñez-O'Brien, Ben"), Listed("2", "Soto, Ann")
ROLL = Roll([ANA, BEN, ANN], MORNING)


@pytest.mark.parametrize(
    ("text", "student", "said"),
    [
        ("p", ANA, Row("001001", MONDAY, "P")),
        ("P 8:31 10:00", ANA, Row("001001", MONDAY, "P", time(8, 31), time(10))),
        ("a", ANA, Row("001001", MONDAY, "A")),
        ("t 850", ANA, Row("001001", MONDAY, "T", time(8, 50))),
        ("3 a", ANN, Row("2", MONDAY, "A")),
        ("1002 p 8:31 3:00", BEN, Row("1002", MONDAY, "P", time(8, 31), time(15))),
        ("001001 p", ANA, Row("001001", MONDAY, "P")),
        ("nun t 9:00", BEN, Row("1002", MONDAY, "T", time(9))),
        ("SOTO, ANN p", ANN, Row("2", MONDAY, "P")),
        ("soto an a p", None, None),
        ("nunez o p", BEN, Row("1002", MONDAY, "P")),
    ],
)
def test_a_line_says_who_and_what(text: str, student: Listed | None, said: Row | None) -> None:
    if student is None:
        assert row(text, ROLL, ANA) == (ANA, Row("001001", MONDAY, "P"))
    else:
        assert row(text, ROLL, ANA) == (student, said)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "type P, A or T"),
        ("present", "type P, A or T"),
        ("soto p", "could be 1 Soto, Ana 001001, 3 Soto, Ann 2; type the place"),
        ("2 p", "could be 2 Núñez-O'Brien, Ben 1002, 3 Soto, Ann 2"),
        ("9 p", "nobody on this sheet"),
        ("zo p", "nobody on this sheet"),
        ("a 8:31", "an absent student has no times"),
        ("t", "T needs the time in"),
        ("p 10:00 8:31", "not after the time in"),
        ("p 8:31 8:31", "not after the time in"),
        ("p 8:31 9:00 10:00", "two times on a line"),
        ("p 8:75", "no time of day"),
        ("p 25:00", "no time of day"),
    ],
)
def test_what_is_unclear_is_asked_again(text: str, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        row(text, ROLL, ANA)


def test_without_a_current_line_somebody_must_be_named() -> None:
    with pytest.raises(RefusedError, match="say who is meant"):
        row("p", ROLL, None)


@pytest.mark.parametrize(
    ("text", "held", "meant"),
    [
        ("8:31", MORNING, time(8, 31)),
        ("3:00", MORNING, time(15)),
        ("12:10", MORNING, time(12, 10)),
        ("831", MORNING, time(8, 31)),
        ("13:05", MORNING, time(13, 5)),
        ("08:31", EVENING, time(8, 31)),
        ("6:05", EVENING, time(18, 5)),
        ("8:15", EVENING, time(20, 15)),
        ("8:15a", EVENING, time(8, 15)),
        ("12:15am", EVENING, time(0, 15)),
        ("1:05p", MORNING, time(13, 5)),
        ("1:05", Held(MONDAY), time(13, 5)),
        ("7:05", Held(MONDAY), time(7, 5)),
    ],
)
def test_a_time_on_paper_is_of_the_half_of_the_day_that_fits_the_class(
    text: str, held: Held, meant: time
) -> None:
    assert clock(text, held) == meant


NAMES = st.text("abcdeñÁ ,-'", min_size=1, max_size=12).filter(lambda name: any(map(str.isalpha, name)))
ROLLS = st.lists(
    st.builds(Listed, st.integers(0, 40).map(str), NAMES),
    min_size=1,
    max_size=8,
    unique_by=lambda each: each.number,
)


@given(ROLLS, st.one_of(st.integers(0, 45).map(str), NAMES))
def test_nobody_is_meant_by_what_could_mean_another(students: list[Listed], who: str) -> None:
    try:
        found = find(who, Roll(students, MORNING))
    except RefusedError:
        return
    if who.isdigit():
        meant = {each.number for each in students if each.number == who}
        meant |= {each.number for place, each in enumerate(students, 1) if place == int(who)}
        assert meant == {found.number}
    else:
        assert sum(_letters(each.name).startswith(_letters(who)) for each in students) == 1


def _letters(text: str) -> str:
    plain = text.casefold().replace("ñ", "n").replace("á", "a")
    return "".join(filter(str.isalnum, plain))
