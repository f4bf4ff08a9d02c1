"""What the records ask of the intake's database beside batches: what was set aside, when, and signed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from central.store.evidence import Evidence, SetAside
from tests.fakes.doubtful import set_aside
from tests.fakes.evidence_file import EvidenceFile, JournallingStation
from tests.fakes.school import MONDAY, at


@pytest.fixture
def file(tmp_path: Path) -> EvidenceFile:
    return EvidenceFile(tmp_path)


def test_what_was_set_aside_is_read_on_from_where_one_stopped(file: EvidenceFile) -> None:
    for number, reason in enumerate(("fork", "clone", "revoked"), start=1):
        set_aside(file.path, "st-r101", reason, at(MONDAY, f"08:0{number}"))
    read = Evidence(file.path)
    first, second = read.set_aside(0, 2)
    assert first == SetAside(1, "st-r101", first.epoch, "fork", first.received_ms)
    assert (second.id, second.reason) == (2, "clone")
    assert [found.reason for found in read.set_aside(2, 500)] == ["revoked"]
    assert read.set_aside(3, 500) == []


def test_a_batch_tells_when_it_came_in_and_an_unknown_one_nothing(file: EvidenceFile) -> None:
    station = JournallingStation("st-r101", at(MONDAY, "08:00"))
    sent = [station.exchange(at(MONDAY, clock)) for clock in ("08:10", "08:20")]
    file.receive(*sent)
    found = Evidence(file.path).received_ms_of([2, 1, 2, 99])
    assert found == {1: sent[0].received_ms, 2: sent[1].received_ms}


def test_countersignatures_come_in_the_order_they_were_given(file: EvidenceFile) -> None:
    rows = [("b" * 64, 2, '{"n":2}'), ("c" * 64, 1, '{"n":1}')]
    with closing(sqlite3.connect(file.path)) as connection, connection:
        connection.executemany("INSERT INTO countersignature VALUES ('st-r101', '2024-09-09', ?, ?, ?)", rows)
    read = Evidence(file.path)
    assert read.countersignatures("st-r101", "2024-09-09") == ['{"n":1}', '{"n":2}']
    assert read.countersignatures("st-r101", "2024-09-10") == []


def test_a_file_of_the_first_version_has_no_countersignatures(file: EvidenceFile) -> None:
    with closing(sqlite3.connect(file.path)) as connection:
        connection.executescript("DROP TABLE countersignature; PRAGMA user_version = 1")
    assert Evidence(file.path).countersignatures("st-r101", "2024-09-09") == []


def test_before_the_first_batch_there_is_nothing_to_read(tmp_path: Path) -> None:
    read = Evidence(tmp_path / "evidence.sqlite")
    assert read.set_aside(0, 9) == []
    assert read.received_ms_of([1]) == {}
    assert read.countersignatures("st-r101", "2024-09-09") == []
