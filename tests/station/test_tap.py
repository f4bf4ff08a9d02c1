import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import EntryError
from station.tap import Entry, Json, Kind, Reading, Tap, decode, encode

counts = st.integers(min_value=0, max_value=2**63 - 1)
readings = st.builds(
    Reading,
    boot=counts,
    raw_ms=counts,
    bt_ms=counts,
    wall_ms=counts,
    sync_state=st.sampled_from([0, 1]),
    max_error_ms=counts,
)
# Surrogates are no characters, so no encoder takes them.
text = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
payloads: st.SearchStrategy[Json] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
kinds = st.sampled_from([str(kind) for kind in Kind]) | text.filter(bool)
entries = st.builds(Entry, version=st.just(1), kind=kinds, reading=readings, payload=payloads)
taps = st.builds(
    Tap,
    token=st.none() | st.binary(min_size=16, max_size=16),
    key_id=st.none() | text,
    reader=text,
    flags=st.dictionaries(text, counts, max_size=3),
    evidence=st.none() | text,
)

READING = Reading(boot=3, raw_ms=10, bt_ms=11, wall_ms=12, sync_state=1, max_error_ms=500)


@given(entries)
def test_an_entry_survives_being_written_and_read(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


@given(entries)
def test_an_entry_is_always_one_line(entry: Entry) -> None:
    assert b"\n" not in encode(entry)


@given(taps)
def test_a_tap_survives_being_an_entrys_payload(tap: Tap) -> None:
    written = encode(Entry(1, Kind.TAP, READING, tap.payload()))
    assert Tap.from_payload(decode(written).payload) == tap


def test_an_entry_is_kept_as_the_compact_array_central_expects() -> None:
    tap = Tap(bytes(16), "k1", "nfc", {"repeat": 1}, None)
    written = encode(Entry(1, Kind.TAP, READING, tap.payload()))
    assert written == b'[1,"tap",3,10,11,12,1,500,["AAAAAAAAAAAAAAAAAAAAAA","k1","nfc",{"repeat":1},null]]'


def test_a_kind_of_a_newer_station_is_read_as_it_is() -> None:
    assert decode(b'[1,"hologram",1,2,3,4,0,500,{}]').kind == "hologram"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{}",
        b"[]",
        b'[1,"tap",1,2,3,4,0,500]',
        b'[1,"tap",1,2,3,4,0,500,{},1]',
        b'[2,"tap",1,2,3,4,0,500,{}]',
        b'[true,"tap",1,2,3,4,0,500,{}]',
        b"[1,7,1,2,3,4,0,500,{}]",
        b'[1,"",1,2,3,4,0,500,{}]',
        b'[1,"tap",-1,2,3,4,0,500,{}]',
        b'[1,"tap",1.0,2,3,4,0,500,{}]',
        b'[1,"tap",1,9223372036854775808,3,4,0,500,{}]',
        b'[1,"tap",1,2,3,4,false,500,{}]',
        b'[1,"tap",1,2,3,4,0,500,NaN]',
        b'[1,"tap",1,2,3,4,0,500,\n{}]',
        b"[" * 100_000,
    ],
)
def test_bytes_that_are_no_entry_are_refused(body: bytes) -> None:
    with pytest.raises(EntryError):
        decode(body)


@given(st.binary(max_size=60) | text.map(lambda value: json.dumps(value).encode()))
def test_whatever_bytes_arrive_the_answer_is_an_entry_or_a_refusal(body: bytes) -> None:
    try:
        entry = decode(body)
    except EntryError:
        return
    assert decode(encode(entry)) == entry


@pytest.mark.parametrize("payload", [float("nan"), float("inf"), "\ud800"])
def test_a_payload_that_json_cannot_say_is_refused(payload: Json) -> None:
    with pytest.raises(EntryError):
        encode(Entry(1, Kind.TAP, READING, payload))


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        [],
        ["AAAA", "k1", "nfc", {}, None],
        ["****", "k1", "nfc", {}, None],
        [5, "k1", "nfc", {}, None],
        [None, 5, "nfc", {}, None],
        [None, None, None, {}, None],
        [None, None, "nfc", [], None],
        [None, None, "nfc", {"repeat": True}, None],
        [None, None, "nfc", {"repeat": -1}, None],
        [None, None, "nfc", {}, 5],
        [None, None, "nfc", {}],
    ],
)
def test_a_payload_that_is_no_tap_is_refused(payload: Json) -> None:
    with pytest.raises(EntryError):
        Tap.from_payload(payload)
