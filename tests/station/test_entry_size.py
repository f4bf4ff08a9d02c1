"""No entry may be so large that it could not leave the station: in a batch, or carried into a new epoch."""

import json
from pathlib import Path

import pytest

from station.carried import payload_of
from station.clock import HandClock
from station.inbox import MOST_BYTES, MOST_CARRY_BYTES, MOST_ENTRY_BYTES, Inbox
from station.journal import Journal, JournalReader, Row
from station.reader.sun import EVIDENCE_CHARS
from station.salvage.salvaged import SalvagedEpoch
from station.tap import VERSION, Entry, Json, Kind, Reading, Tap, encode
from sync_agent.wire import MAX_BODY_BYTES

LARGEST = 2**63 - 1
READING = Reading(LARGEST, LARGEST, LARGEST, LARGEST, LARGEST, LARGEST)


def size(kind: Kind, payload: Json, reading: Reading = READING) -> int:
    return len(encode(Entry(VERSION, kind, reading, payload)))


def drop(folder: Path, kind: str, payload: Json, number: int) -> None:
    folder.mkdir(exist_ok=True)
    text = json.dumps({"kind": kind, "payload": payload}, separators=(",", ":"))
    (folder / f"{number}-{kind}.json").write_text(text)


@pytest.mark.invariant(4)
def test_the_largest_entry_taken_from_a_file_is_carried_into_the_next_epoch(
    journal: Journal, clock: HandClock, tmp_path: Path
) -> None:
    folder, reading = tmp_path / "inbox", clock.reading()
    room = MOST_ENTRY_BYTES - size(Kind.CFG, {"x": ""}, reading)
    drop(folder, "cfg", {"x": "x" * room}, 1)
    drop(folder, "cfg", {"x": "x" * (room + 1)}, 2)
    assert Inbox(folder).take(journal, reading) == [Kind.CFG]
    old, reader = journal.head.epoch, JournalReader(journal.path)
    journal.begin_epoch("fork", reading, lambda: 22)
    row = reader.rows(old, 0)[-1]
    assert len(row.body) == MOST_ENTRY_BYTES
    drop(folder, "carry", payload_of(old, row), 3)
    assert Inbox(folder).take(journal, reading) == [Kind.CARRY]


def test_what_carries_the_largest_entry_fits_its_file_its_entry_and_a_batch() -> None:
    carry = payload_of(LARGEST, Row(LARGEST, bytes(MOST_ENTRY_BYTES), bytes(32)))
    assert size(Kind.CARRY, carry) <= MOST_CARRY_BYTES
    assert len(json.dumps({"kind": "carry", "payload": carry})) <= MOST_BYTES
    # Of a batch, each entry takes a line.
    assert MOST_CARRY_BYTES + 1 <= MAX_BODY_BYTES


def test_a_salvage_of_the_most_torn_journal_is_told_in_entries_that_can_be_carried() -> None:
    torn, first = SalvagedEpoch(LARGEST), LARGEST - 6_000
    for seq in range(first, LARGEST, 2):
        torn.count(seq, in_file=True)
    told = list(torn.payloads("x" * 255))
    assert sum(len(payload["kept"]) for payload in told if isinstance(payload["kept"], list)) == 3_000
    assert max(size(Kind.SALVAGE, payload) for payload in told) <= MOST_ENTRY_BYTES


def test_a_tap_with_all_that_a_reader_may_say_can_be_carried() -> None:
    flags = dict.fromkeys(("repeat", "merged", "two_cards"), LARGEST)
    tap = Tap(bytes(16), "k" * 64, "r" * 64, flags, "x" * EVIDENCE_CHARS)
    assert size(Kind.TAP, tap.payload()) * 10 <= MOST_ENTRY_BYTES
