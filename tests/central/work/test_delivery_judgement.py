"""What is judged of a row there: nothing of others is written over, nothing is sent while it may arrive."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.exchange.powerschool.rows import Place, Standing
from central.work.delivery_judgement import (
    GONE,
    MOST_ATTEMPTS,
    Case,
    Deed,
    Sighting,
    State,
    judge,
)

PLACE = Place("1", date(2024, 9, 9), "7")
OURS, THEIRS = "a1b2", ""
states, values = st.sampled_from(State), st.sampled_from(["P", "A", "T"])
rows = st.lists(
    st.builds(
        Standing,
        st.just(PLACE),
        values,
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from([OURS, "old", THEIRS]),
    ),
    max_size=3,
)
sightings = st.lists(
    st.builds(
        Sighting,
        st.sampled_from(["", "1", "2"]),
        st.sampled_from(["", "old"]),
        st.sampled_from(["", GONE, "P", "A", "T"]),
    ),
    max_size=3,
).map(tuple)
cases = st.builds(
    Case, states, values, st.just(OURS), sightings, st.integers(0, MOST_ATTEMPTS), st.just(""), st.booleans()
)


def row(value: str, dcid: str = "1", marker: str = THEIRS) -> Standing:
    return Standing(PLACE, value, dcid, marker)


@given(cases, rows)
def test_nothing_is_sent_over_what_was_not_known_as_ours_or_seen(case: Case, there: list[Standing]) -> None:
    judgement = judge(case, there)
    if judgement.deed is Deed.SEND:
        assert len(there) <= 1
        assert all(any(one.is_of(each) for one in case.known) for each in there)
        assert judgement.dcid == (there[0].dcid if there else "")


@given(cases, rows)
def test_nothing_is_sent_while_it_may_still_arrive_or_a_person_is_to_decide(
    case: Case, there: list[Standing]
) -> None:
    deed = judge(case, there).deed
    if case.is_resting or case.state in {State.HELD, State.CONFIRMED} or case.attempts == MOST_ATTEMPTS:
        assert deed is not Deed.SEND


@given(cases, rows)
def test_only_one_row_that_says_what_was_certified_confirms(case: Case, there: list[Standing]) -> None:
    confirms = len(there) == 1 and there[0].value == case.wanted
    assert (judge(case, there).deed is Deed.CONFIRM) == confirms


@pytest.mark.parametrize(
    ("case", "there", "deed", "why"),
    [
        (Case(State.NEW, "P", OURS), [], Deed.SEND, ""),
        (Case(State.OPEN, "P", OURS), [], Deed.SEND, ""),
        (Case(State.OPEN, "P", OURS, is_resting=True), [], Deed.REST, ""),
        (Case(State.SENT, "P", OURS), [], Deed.REOPEN, "removed there"),
        (Case(State.CONFIRMED, "P", OURS), [row("A")], Deed.REOPEN, "changed there"),
        (Case(State.NEW, "P", OURS), [row("A")], Deed.REOPEN, "not from here"),
        (Case(State.OPEN, "P", OURS), [row("A", marker=OURS)], Deed.REOPEN, "changed there"),
        (Case(State.NEW, "P", OURS, (Sighting("1", "old", "A"),)), [row("A")], Deed.SEND, ""),
        (Case(State.NEW, "P", OURS, (Sighting("1", "old", "T"),)), [row("A")], Deed.REOPEN, "changed there"),
        (Case(State.NEW, "P", OURS, (Sighting("1", "old", "A"),)), [], Deed.REOPEN, "removed there"),
        (Case(State.NEW, "P", OURS, (Sighting("1", "old", GONE),)), [], Deed.SEND, ""),
        (
            Case(State.CONFIRMED, "P", OURS),
            [row("P"), row("P", "2")],
            Deed.REOPEN,
            "there 2 times: rows 1, 2",
        ),
        (
            Case(State.OPEN, "P", OURS, attempts=5, trouble="x"),
            [],
            Deed.REOPEN,
            "sent 5 times and never taken in there: x",
        ),
    ],
)
def test_each_way_it_can_stand(case: Case, there: list[Standing], deed: Deed, why: str) -> None:
    judgement = judge(case, there)
    assert judgement.deed is deed
    assert why in judgement.why
