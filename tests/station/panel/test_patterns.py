from itertools import combinations

import pytest

from station.panel.patterns import PATTERNS, Lamp, Pattern, pattern
from station.verdict import Sign, State, Verdict

SIGNS: list[Sign] = [*Verdict, *State]


def lamps_of(shape: Pattern) -> frozenset[Lamp]:
    return frozenset().union(*(step.lamps for step in shape.steps))


def beeps_of(shape: Pattern) -> list[int]:
    """Return how long each beep lasts, in milliseconds."""
    beeps, before = list[int](), False
    for step in shape.steps:
        if step.sounds and before:
            beeps[-1] += step.ms
        elif step.sounds:
            beeps.append(step.ms)
        before = step.sounds
    return beeps


def blinks_of(shape: Pattern, lamp: Lamp) -> list[int]:
    """Return how long each blink of a lamp lasts, in milliseconds."""
    blinks, before = list[int](), False
    for step in shape.steps:
        is_on = lamp in step.lamps
        if is_on and before:
            blinks[-1] += step.ms
        elif is_on:
            blinks.append(step.ms)
        before = is_on
    return blinks


def test_every_sign_has_a_pattern() -> None:
    assert set(PATTERNS) == set(SIGNS)


@pytest.mark.parametrize(("one", "other"), list(combinations(SIGNS, 2)))
def test_two_signs_differ_in_where_or_when_lamps_are_lit(one: Sign, other: Sign) -> None:
    shapes = [pattern(one), pattern(other)]
    where = [lamps_of(shape) for shape in shapes]
    when = [[blinks_of(shape, lamp) for lamp in Lamp] for shape in shapes]
    assert where[0] != where[1] or when[0] != when[1]


@pytest.mark.parametrize(("one", "other"), list(combinations(Verdict, 2)))
def test_two_verdicts_are_told_apart_by_ear_alone(one: Verdict, other: Verdict) -> None:
    shapes = [pattern(one), pattern(other)]
    # The alarm's tone alone comes again and again.
    heard = [(beeps_of(shape), shape.goes_on) for shape in shapes]
    assert heard[0] != heard[1]


@pytest.mark.parametrize(
    ("sign", "lamp", "blinks", "beeps"),
    [
        (Verdict.WELCOME, Lamp.LEFT, [1_000], [120]),
        (Verdict.ALREADY_TAPPED, Lamp.LEFT, [240, 240], [60, 60]),
        (Verdict.NOT_ON_ROSTER, Lamp.MIDDLE, [250, 250, 250], [500]),
        (Verdict.SEE_TEACHER, Lamp.RIGHT, [1_500], [150, 150, 150]),
        (Verdict.READ_AGAIN, Lamp.MIDDLE, [120] * 4, [40] * 4),
        (Verdict.READ_AGAIN, Lamp.RIGHT, [120] * 4, [40] * 4),
        (Verdict.NOT_RECORDED, Lamp.STATUS, [100] * 5, [500]),
        (State.READER_DOWN, Lamp.STATUS, [100], []),
        (State.CLOCK_UNTRUSTED, Lamp.STATUS, [200, 200], []),
        (State.OFFLINE, Lamp.STATUS, [800, 800], []),
        (State.READY, Lamp.STATUS, [], []),
    ],
)
def test_a_sign_looks_and_sounds_as_the_poster_says(
    sign: Sign, lamp: Lamp, blinks: list[int], beeps: list[int]
) -> None:
    assert blinks_of(pattern(sign), lamp) == blinks
    assert beeps_of(pattern(sign)) == beeps


def test_only_an_alarm_and_the_states_go_on_until_something_changes() -> None:
    assert {sign for sign in SIGNS if pattern(sign).goes_on} == {Verdict.NOT_RECORDED, *State}


def test_the_alarm_never_sounds_like_acceptance() -> None:
    assert set(beeps_of(pattern(Verdict.NOT_RECORDED))).isdisjoint(beeps_of(pattern(Verdict.WELCOME)))


@pytest.mark.parametrize("sign", SIGNS)
def test_a_quiet_room_sees_the_same_and_hears_nothing(sign: Sign) -> None:
    loud, quiet = pattern(sign), pattern(sign, quiet=True)
    assert beeps_of(quiet) == []
    assert [(step.ms, step.lamps) for step in quiet.steps] == [(step.ms, step.lamps) for step in loud.steps]
