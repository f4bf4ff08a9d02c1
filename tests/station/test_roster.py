import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import RosterError
from station.roster import RosterFile, compose, parse

EXPIRES = datetime(2027, 7, 1, tzinfo=UTC)
ANA = bytes(range(16))
BEN = bytes(range(16, 32))
tokens = st.binary(min_size=16, max_size=16)


def text_of(*listed: bytes, station: str = "st-r101", key_id: str = "k1", version: int = 1) -> str:
    return compose(station, version, key_id, listed, EXPIRES)


@given(st.sets(tokens, max_size=40), st.sets(tokens, max_size=5))
def test_the_listed_are_known_and_the_others_are_not(listed: set[bytes], others: set[bytes]) -> None:
    roster = parse(text_of(*listed))
    assert all(roster.knows(token) for token in listed)
    beginnings = {token[:8] for token in listed}
    assert all(roster.knows(token) is (token[:8] in beginnings) for token in others)


@given(st.sets(tokens, max_size=20), st.sets(tokens, max_size=5))
def test_only_those_listed_as_staff_are_staff(students: set[bytes], staff: set[bytes]) -> None:
    roster = parse(compose("st-r101", 1, "k1", students | staff, EXPIRES, staff))
    beginnings = {token[:8] for token in staff}
    assert all(roster.is_staff(token) is (token[:8] in beginnings) for token in students | staff)
    assert all(roster.knows(token) for token in staff)


def test_a_roster_made_before_staff_were_listed_makes_nobody_staff() -> None:
    fields = json.loads(text_of(ANA, BEN))
    del fields["staff"]
    roster = parse(json.dumps(fields))
    assert roster.knows(ANA)
    assert not roster.is_staff(ANA)


def test_a_roster_says_who_it_is_for_and_until_when() -> None:
    roster = parse(text_of(BEN, ANA, ANA, version=7))
    assert (roster.station, roster.version, roster.key_id, len(roster)) == ("st-r101", 7, "k1", 2)
    assert not roster.is_stale(datetime(2027, 6, 30, tzinfo=UTC))
    assert roster.is_stale(EXPIRES)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"width": 0},
        {"width": 17},
        {"width": 5},
        {"width": "8"},
        {"tokens": "?"},
        {"tokens": "//////////8AAAAAAAAAAA=="},
        {"tokens": None},
        {"staff": "AAAA"},
        {"staff": "//////////8AAAAAAAAAAA=="},
        {"staff": None},
        {"version": None},
        {"version": float("inf")},
        {"expires_at": "soon"},
        {"expires_at": "2027-07-01T00:00:00"},
    ],
)
def test_a_roster_that_could_not_be_searched_is_refused(change: dict[str, object]) -> None:
    fields = json.loads(text_of(ANA, BEN)) | change
    if fields["width"] == "8":
        fields["width"] = "eight"
    with pytest.raises(RosterError):
        parse(json.dumps(fields))


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", "[" * 100_000])
def test_a_text_that_is_no_roster_is_refused(text: str) -> None:
    with pytest.raises(RosterError):
        parse(text)


def put(file: Path, text: str) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


def test_a_roster_is_taken_up_as_soon_as_its_file_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "roster.json"
    source = RosterFile(file, "st-r101", "k1")
    assert source.current() is None
    put(file, text_of(ANA))
    first = source.current()
    assert first is not None
    assert first.knows(ANA)
    assert not first.knows(BEN)
    put(file, text_of(BEN, version=2))
    second = source.current()
    assert second is not None
    assert second.version == 2
    assert second.knows(BEN)


@pytest.mark.parametrize(
    "bad", ["{half", text_of(ANA, station="st-r102", version=9), text_of(ANA, key_id="k2", version=9)]
)
@pytest.mark.invariant(37)
@pytest.mark.fault("R1")
def test_a_broken_or_foreign_file_leaves_the_last_good_roster_in_force(tmp_path: Path, bad: str) -> None:
    file = tmp_path / "roster.json"
    source = RosterFile(file, "st-r101", "k1")
    put(file, bad)
    assert source.current() is None
    put(file, text_of(ANA))
    good = source.current()
    assert good is not None
    put(file, bad)
    assert source.current() is good
    file.unlink()
    assert source.current() is good
