"""What a line on paper amounts to: a table of the rule, and that nothing but facts decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.adjudication import (
    Apart,
    Known,
    OnPaper,
    RoomKnown,
    Ruling,
    Said,
    Tapped,
    Verdict,
    Why,
    adjudicate,
    why_down,
)
from central.domain.attendance import Mark

HERE, GONE = Mark.PRESENT, Mark.ABSENT
STARTS = datetime(2024, 9, 9, 15, 30, tzinfo=UTC)
ENDS = STARTS + timedelta(minutes=90)


def clock(minutes: int) -> datetime:
    """Return an instant so many minutes into the class."""
    return STARTS + timedelta(minutes=minutes)


UP = RoomKnown((STARTS, ENDS), others=(clock(1), clock(50)), is_alive=True)
EMPTY = replace(UP, others=())


def noted(since: int, until: int, room: RoomKnown = UP) -> RoomKnown:
    return replace(room, noted=((clock(since), clock(until)),))


@pytest.mark.invariant(44)
@pytest.mark.fault("M2")
@pytest.mark.parametrize(
    ("mark", "known", "verdict", "why", "needs_person"),
    [
        (HERE, Known(UP, Tapped()), Verdict.CORROBORATES, Why.TAPPED, False),
        (GONE, Known(UP, Tapped()), Verdict.CONFLICTS, Why.TAP_AGAINST_ABSENT, True),
        (GONE, Known(noted(0, 90), Tapped()), Verdict.CONFLICTS, Why.TAP_AGAINST_ABSENT, True),
        (HERE, Known(UP, is_checked_in=True), Verdict.CORROBORATES, Why.CHECKED_IN, False),
        (GONE, Known(UP, is_checked_in=True), Verdict.CONFLICTS, Why.CHECK_IN_AGAINST_ABSENT, True),
        (HERE, Known(UP, said=Said.PRESENT), Verdict.CORROBORATES, Why.DECIDED, False),
        (HERE, Known(UP, said=Said.ABSENT), Verdict.CONFLICTS, Why.SAID_OTHERWISE, True),
        (GONE, Known(UP, Tapped(), said=Said.ABSENT), Verdict.CORROBORATES, Why.DECIDED, False),
        (HERE, Known(UP, said=Said.REMOVED), Verdict.CONFLICTS, Why.REMOVED, True),
        (GONE, Known(UP, said=Said.REMOVED), Verdict.CONFLICTS, Why.REMOVED, True),
        (HERE, Known(EMPTY, other_sheets=frozenset({GONE})), Verdict.CONFLICTS, Why.SHEETS_APART, True),
        (HERE, Known(UP), Verdict.PAPER_WITHOUT_OUTAGE, Why.OTHERS_TAPPED, True),
        (GONE, Known(UP), Verdict.PAPER_WITHOUT_OUTAGE, Why.OTHERS_TAPPED, False),
        (HERE, Known(EMPTY), Verdict.PAPER_WITHOUT_OUTAGE, Why.ALIVE, True),
        (HERE, Known(replace(EMPTY, is_alive=False)), Verdict.PAPER_WITHOUT_OUTAGE, Why.UNPROVEN, True),
    ],
)
def test_the_table_of_the_rule(
    mark: Mark,
    known: Known,
    verdict: Verdict,
    why: Why,
    needs_person: bool,  # noqa: FBT001  a column of the table
) -> None:
    assert adjudicate(OnPaper(mark), known) == Ruling(verdict, why, needs_person)


@pytest.mark.parametrize(
    ("room", "why"),
    [
        (replace(UP, has_station=False), Why.NO_STATION),
        (noted(-60, 120, EMPTY), Why.NOTED_OUTAGE),
        (noted(10, 40), Why.NOTED_OUTAGE),
        # Cards were taken in the midst of what somebody noted: it was no outage of this station.
        (noted(0, 60), None),
        (noted(-30, 90, replace(UP, others=(clock(-10),))), None),
        (noted(-5, 90, replace(UP, others=(clock(-10),))), Why.NOTED_OUTAGE),
        # It was over when the class began, or began when it was over.
        (noted(-60, 0, EMPTY), None),
        (noted(90, 120, EMPTY), None),
        (replace(EMPTY, marked=(clock(20),)), Why.MARKED_OUTAGE),
        (replace(UP, marked=(clock(60),)), Why.MARKED_OUTAGE),
        (replace(UP, marked=(clock(20),)), None),
        (replace(UP, marked=(clock(-5),)), None),
        # A mark made after the class is about all of it.
        (replace(UP, marked=(clock(95),)), None),
        (replace(EMPTY, marked=(clock(95),)), Why.MARKED_OUTAGE),
        (replace(UP, reported=((clock(10), clock(11)),)), Why.REPORTED_GAP),
        (replace(UP, reported=((clock(-10), clock(-5)),)), None),
        (replace(UP, is_doubted=True), Why.DOUBTED),
        (replace(UP, is_silent=True), Why.SILENT),
        (replace(EMPTY, is_unheard=True), Why.UNHEARD),
        (UP, None),
        (EMPTY, None),
    ],
)
def test_a_station_is_down_only_where_something_shows_it(room: RoomKnown, why: Why | None) -> None:
    assert why_down(room) is why
    expected = Verdict.RECORD_FALLBACK if why else Verdict.PAPER_WITHOUT_OUTAGE
    assert adjudicate(OnPaper(HERE), Known(room)).verdict is expected


def test_times_conflict_beyond_what_the_school_allows_and_never_outside_of_class() -> None:
    known = Known(UP, Tapped(clock(-10), clock(80)))
    for came, left, verdict in (
        (0, 90, Verdict.CORROBORATES),
        (15, 90, Verdict.CORROBORATES),
        (16, 90, Verdict.CONFLICTS),
        (0, 95, Verdict.CORROBORATES),
        (0, 64, Verdict.CONFLICTS),
        (-30, 120, Verdict.CORROBORATES),
    ):
        assert adjudicate(OnPaper(HERE, clock(came), clock(left)), known).verdict is verdict, (came, left)
    narrow = Apart(timedelta(minutes=5), timedelta(minutes=5))
    assert adjudicate(OnPaper(HERE, clock(6)), known, narrow).why is Why.TIMES_APART
    assert adjudicate(OnPaper(HERE, None, None), known).verdict is Verdict.CORROBORATES


minutes = st.integers(-30, 120)
spans = st.tuples(minutes, minutes).map(lambda pair: (clock(min(pair)), clock(max(pair) + 1)))
rooms = st.builds(
    RoomKnown,
    hours=st.just((STARTS, ENDS)),
    has_station=st.booleans(),
    others=st.lists(minutes.map(clock), max_size=3),
    noted=st.lists(spans, max_size=3),
    marked=st.lists(minutes.map(clock), max_size=2),
    reported=st.lists(spans, max_size=2),
    is_doubted=st.booleans(),
    is_silent=st.booleans(),
    is_unheard=st.booleans(),
    is_alive=st.booleans(),
)
knowns = st.builds(
    Known,
    room=rooms,
    tapped=st.none() | st.just(Tapped()),
    is_checked_in=st.booleans(),
    said=st.none() | st.sampled_from(Said),
    other_sheets=st.frozensets(st.sampled_from(Mark)),
)
lines = st.builds(OnPaper, mark=st.sampled_from(Mark))


@pytest.mark.invariant(44)
@given(lines, knowns, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_became_known_decides_nothing(
    line: OnPaper, known: Known, dice: Random
) -> None:
    room = known.room
    mixed = replace(
        room,
        others=dice.sample(room.others, len(room.others)),
        noted=dice.sample(room.noted, len(room.noted)),
        marked=dice.sample(room.marked, len(room.marked)),
        reported=dice.sample(room.reported, len(room.reported)),
    )
    assert adjudicate(line, replace(known, room=mixed)) == adjudicate(line, known)


@pytest.mark.invariant(44)
@given(lines, knowns)
def test_paper_never_overrules_a_tap_by_itself(line: OnPaper, known: Known) -> None:
    ruling = adjudicate(line, known)
    if known.tapped is not None and known.said is None:
        assert ruling.verdict in {Verdict.CORROBORATES, Verdict.CONFLICTS}
    if line.mark is GONE and known.tapped is not None and known.said is None:
        assert ruling.verdict is Verdict.CONFLICTS
    if ruling.verdict is Verdict.CONFLICTS:
        assert ruling.needs_person
    if ruling.needs_signature:
        assert why_down(known.room) is not None
