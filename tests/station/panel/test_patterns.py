import re
from collections.abc import Mapping
from itertools import combinations

import pytest

from station.panel.patterns import PATTERNS, WELCOME_OFFLINE, Lamp, Pattern, pattern
from station.verdict import Notice, Sign, State, Verdict
from tests.fakes.senses import LONG_MS, beeps_of, blinks_of, heard, lamps_of, seen, spans
from tests.health import source

SIGNS: list[Sign] = [*Verdict, *State, *Notice]
SHAPES: Mapping[str, Pattern] = {sign.name: pattern(sign) for sign in SIGNS} | {
    "WELCOME while OFFLINE": pattern(Verdict.WELCOME, State.OFFLINE)
}
QUIET: Mapping[str, Pattern] = {name: shape.quieted() for name, shape in SHAPES.items()}
PAGE = "docs/reference/panel.md"


def is_even(shape: Pattern, lamp: Lamp) -> bool:
    """Say whether a lamp blinks on and on without a pause, so that nobody can count it."""
    return shape.goes_on and 2 * sum(blinks_of(shape, lamp)) >= sum(step.ms for step in shape.steps)


def can_be_told_apart(one: Pattern, other: Pattern) -> bool:
    """Say whether a person without colours or ears can: other places, another count, or half as long."""
    if lamps_of(one) != lamps_of(other):
        return True
    for lamp in lamps_of(one):
        mine, theirs = blinks_of(one, lamp), blinks_of(other, lamp)
        can_be_counted = not is_even(one, lamp) and not is_even(other, lamp)
        if can_be_counted and len(mine) != len(theirs):
            return True
        if max(mine) >= 2 * max(theirs) or max(theirs) >= 2 * max(mine):
            return True
        if is_even(one, lamp) != is_even(other, lamp) and one.goes_on == other.goes_on:
            return True
    return False


def test_every_sign_has_a_pattern() -> None:
    assert set(PATTERNS) == set(SIGNS)


@pytest.mark.parametrize("shapes", [SHAPES, QUIET], ids=["loud", "quiet"])
def test_any_two_signs_are_told_apart_without_colour_and_without_sound(shapes: Mapping[str, Pattern]) -> None:
    alike = [
        (one, other)
        for one, other in combinations(shapes, 2)
        if not can_be_told_apart(shapes[one], shapes[other])
    ]
    assert alike == []


def test_signs_that_differ_too_little_are_found() -> None:
    shape = pattern(Verdict.ALREADY_TAPPED)
    assert not can_be_told_apart(shape, shape)
    assert not can_be_told_apart(shape, pattern(Verdict.ALREADY_TAPPED, State.OFFLINE))


def test_any_two_answers_are_told_apart_by_ear_alone() -> None:
    # A welcome that waits for the network sounds like any other: the student need not know.
    by_ear = {name: heard(shape) for name, shape in SHAPES.items() if beeps_of(shape)}
    by_ear.pop("WELCOME while OFFLINE")
    assert len(set(by_ear.values())) == len(by_ear)


def test_every_beep_is_clearly_short_or_clearly_long() -> None:
    lengths = {ms for shape in SHAPES.values() for ms in beeps_of(shape)}
    assert [ms for ms in lengths if LONG_MS / 2 <= ms < LONG_MS] == []


def test_no_sound_outlasts_its_light() -> None:
    for name, shape in SHAPES.items():
        ends = [end for lamp in Lamp for _, end in spans(shape, lamp)]
        assert all(end <= sum(step.ms for step in shape.steps) for _, end in spans(shape, None)), name
        assert ends or not beeps_of(shape), name


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
        (State.CLOCK_UNTRUSTED, Lamp.STATUS, [100, 100], []),
        (State.OFFLINE, Lamp.STATUS, [800, 800], []),
        (State.CARD_LEFT, Lamp.MIDDLE, [1_000], []),
        (State.READY, Lamp.STATUS, [], []),
        (Notice.DONE, Lamp.LEFT, [150] * 3, [100, 400]),
        (Notice.FAILED, Lamp.RIGHT, [150] * 3, [400, 400]),
    ],
)
def test_a_sign_looks_and_sounds_as_agreed(
    sign: Sign, lamp: Lamp, blinks: list[int], beeps: list[int]
) -> None:
    assert blinks_of(pattern(sign), lamp) == blinks
    assert beeps_of(pattern(sign)) == beeps


def test_staff_count_their_choice_by_blinks_of_the_status_lamp() -> None:
    choices = [State.STAFF_OUTAGE, State.STAFF_TIME, State.STAFF_ENROL, State.STAFF_SELF_TEST]
    for count, choice in enumerate(choices, 1):
        assert blinks_of(pattern(choice), Lamp.STATUS) == [300] * count
        assert lamps_of(pattern(choice)) == {Lamp.STATUS}


def test_a_welcome_while_offline_is_a_welcome_with_two_slow_blinks_of_the_status_lamp() -> None:
    shape = pattern(Verdict.WELCOME, State.OFFLINE)
    assert blinks_of(shape, Lamp.LEFT) == [1_600]
    assert blinks_of(shape, Lamp.STATUS) == [400, 400]
    assert beeps_of(shape) == beeps_of(pattern(Verdict.WELCOME))


@pytest.mark.parametrize("sign", [sign for sign in SIGNS if sign is not Verdict.WELCOME])
def test_no_other_answer_depends_on_the_network(sign: Sign) -> None:
    assert pattern(sign, State.OFFLINE) == pattern(sign)


@pytest.mark.parametrize(
    "behind", [*[state for state in State if state is not State.OFFLINE], Verdict.NOT_RECORDED]
)
def test_a_welcome_looks_the_same_before_any_other_background(behind: Sign) -> None:
    assert pattern(Verdict.WELCOME, behind) == pattern(Verdict.WELCOME)


def test_the_left_lamp_is_never_lit_by_a_state_of_the_station() -> None:
    assert [state for state in State if Lamp.LEFT in lamps_of(pattern(state))] == []


def test_only_the_alarm_and_the_states_go_on_until_something_changes() -> None:
    assert {sign for sign in SIGNS if pattern(sign).goes_on} == {Verdict.NOT_RECORDED, *State}


def test_no_state_makes_a_sound() -> None:
    assert [state for state in State if beeps_of(pattern(state))] == []


def test_the_alarm_never_contains_the_sound_of_acceptance() -> None:
    shape, accepted = pattern(Verdict.NOT_RECORDED), beeps_of(pattern(Verdict.WELCOME))
    assert min(beeps_of(shape)) > max(accepted)
    # Nor at the seam of two rounds: the tone is not cut into pieces there.
    assert shape.steps[0].sounds
    assert not shape.steps[-1].sounds


@pytest.mark.parametrize("name", SHAPES)
def test_a_quiet_room_hears_nothing_and_sees_each_answer_twice_as_long(name: str) -> None:
    loud, quiet = SHAPES[name], QUIET[name]
    stretch = 1 if loud.goes_on else 2
    assert beeps_of(quiet) == []
    assert [(step.ms, step.lamps) for step in quiet.steps] == [
        (stretch * step.ms, step.lamps) for step in loud.steps
    ]


def test_the_page_about_the_panel_says_what_the_panel_does() -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \| [^|]+ \|$", source.text(PAGE), re.MULTILINE
    )
    assert {name: (light, sound) for name, light, sound in rows} == {
        name: (seen(shape), heard(shape)) for name, shape in SHAPES.items()
    }


def test_the_offline_welcome_is_the_one_the_table_names() -> None:
    assert pattern(Verdict.WELCOME, State.OFFLINE) is WELCOME_OFFLINE
