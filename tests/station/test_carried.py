import base64
import json
import logging
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station import chain
from station.carried import Origin, payload_of
from station.clock import HandClock
from station.inbox import Inbox
from station.journal import FILE_NAME, Journal, JournalReader, Row
from station.tap import VERSION, Entry, Json, Kind, Tap, decode, encode
from tests.fakes.station import entries_in
from tests.station.journal import holed_journal

TAPPED = Tap(bytes(range(16)), "k1", "nfc", {}, None)
INVENTED = Tap(bytes(16), "k1", "nfc", {}, None)


@pytest.fixture
def tapped(journal: Journal, clock: HandClock, tmp_path: Path) -> JournalReader:
    """A journal with an older epoch of some entries, and a younger one that may carry them."""
    (tmp_path / "inbox").mkdir()
    for _ in range(3):
        journal.append(Kind.TAP, TAPPED.payload(), clock.reading())
    journal.begin_epoch("fork", clock.reading(), lambda: 22)
    return JournalReader(tmp_path / FILE_NAME)


def hand_over(journal: Journal, clock: HandClock, payload: object, number: int = 1) -> list[Kind]:
    """Leave a carry in the inbox as the agent does, and let the station look."""
    folder = journal.path.parent / "inbox"
    (folder / f"{number}-carry.json").write_text(json.dumps({"kind": "carry", "payload": payload}))
    return Inbox(folder).take(journal, clock.reading())


def oldest(reader: JournalReader) -> tuple[int, list[Row]]:
    epoch = reader.epochs()[0]
    return epoch, reader.rows(epoch, 0)


def test_a_row_of_this_journal_is_carried_as_it_stands(
    journal: Journal, clock: HandClock, tapped: JournalReader
) -> None:
    epoch, rows = oldest(tapped)
    assert hand_over(journal, clock, payload_of(epoch, rows[1])) == [Kind.CARRY]
    assert entries_in(journal.path.parent)[-1].payload == payload_of(epoch, rows[1])


def test_the_agent_cannot_invent_a_tap(
    journal: Journal, clock: HandClock, tapped: JournalReader, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    epoch, rows = oldest(tapped)
    invented = encode(Entry(VERSION, Kind.TAP, clock.reading(), INVENTED.payload()))
    # Where the next one would stand, in the place of one that does, and in an epoch nobody knows.
    follows = Row(len(rows) + 1, invented, chain.link(rows[-1].h, invented))
    replaces = Row(2, invented, chain.link(rows[0].h, invented))
    for number, payload in enumerate(
        [payload_of(epoch, follows), payload_of(epoch, replaces), payload_of(7, replaces)]
    ):
        assert hand_over(journal, clock, payload, number) == []
    assert len(list((journal.path.parent / "inbox" / "refused").iterdir())) == 3
    assert [entry.kind for entry in entries_in(journal.path.parent)] == [Kind.GENESIS]
    assert caplog.text.count("nothing this journal holds") == 3


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 3},
        {"epoch": 22},
        {"h": "00" * 32},
        {"body": ""},
        {"note": "more than was said"},
        {"seq": 2.0},
        {"seq": True},
        {"seq": -1},
        {"seq": 2**63},
        {"epoch": "1"},
        {"epoch": None},
        {"h": ["nested"]},
    ],
)
def test_whatever_is_changed_in_a_carry_it_is_refused(
    journal: Journal, clock: HandClock, tapped: JournalReader, change: Mapping[str, Json]
) -> None:
    epoch, rows = oldest(tapped)
    assert hand_over(journal, clock, {**payload_of(epoch, rows[1]), **change}) == []
    assert not Origin(tapped).has({**payload_of(epoch, rows[1]), **change})


@pytest.mark.parametrize("payload", [None, [], {}, "carry", {"epoch": 1, "seq": 1, "h": ""}])
def test_what_carries_nothing_is_refused(
    journal: Journal, clock: HandClock, tapped: JournalReader, payload: object
) -> None:
    assert tapped.epochs()
    assert hand_over(journal, clock, payload) == []


def test_the_same_bytes_written_in_another_way_are_another_carry(tapped: JournalReader) -> None:
    epoch, rows = oldest(tapped)
    payload = payload_of(epoch, rows[1])
    loose = base64.b64encode(rows[1].body).decode().rstrip("=") + "===="
    assert Origin(tapped).has(payload)
    assert not Origin(tapped).has({**payload, "body": loose})
    # Equal to Python, and not to whoever reads the entry later.
    assert not Origin(tapped).has({**payload_of(epoch, rows[0]), "seq": True})
    assert not Origin(tapped).has({**payload, "h": str(payload["h"]).upper() + " "})


def test_what_was_carried_once_is_carried_again_though_a_disk_took_the_row(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    kept = holed_journal.write(path, lost=[5], declared=[(5, 5)])
    lost = payload_of(holed_journal.OLD, Row(5, b"[]", bytes(32)))
    holed_journal.carry(path, lost)
    origin = Origin(JournalReader(path))
    assert origin.has(lost)
    assert not origin.has({**lost, "h": "11" * 32})
    assert origin.has(payload_of(holed_journal.OLD, kept[0]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    epoch=st.integers(0, 2**63), seq=st.integers(-2, 9), body=st.binary(max_size=9), h=st.binary(max_size=32)
)
def test_nothing_that_was_never_stored_is_carried(
    tapped: JournalReader, epoch: int, seq: int, body: bytes, h: bytes
) -> None:
    known, rows = oldest(tapped)
    for named in (epoch, known):
        assert not Origin(tapped).has(payload_of(named, Row(seq, body, h)))
    assert all(decode(row.body).kind != Kind.CARRY for row in rows)
