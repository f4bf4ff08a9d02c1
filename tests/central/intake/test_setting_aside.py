"""Authentic batches that must not count: kept apart, and their station told why."""

import sqlite3
from dataclasses import replace

import pytest

from central.store import postgres
from tests.fakes.data_folder import change, rows
from tests.fakes.intake import IntakeBench, problem
from tests.fakes.virtual_station import Message


def _aside(bench: IntakeBench) -> list[tuple[object, ...]]:
    return rows(bench.config, "SELECT station, epoch, reason, bytes FROM quarantine ORDER BY id")


def _is_set_aside(bench: IntakeBench, message: Message, reason: str) -> None:
    assert _aside(bench) == [("st-r101", bench.station.epoch, reason, message.body)]


@pytest.mark.invariant(10)
@pytest.mark.fault("C1")
def test_another_history_of_the_same_entries_is_a_fork(bench: IntakeBench) -> None:
    bench.register()
    copy = bench.station.copy()
    bench.station.tap("04a1b2c3d4e5f6")
    bench.sync(bench.station)
    held = bench.held(bench.station)
    copy.tap("04ffffffffffff")
    message = copy.batch()
    assert problem(bench.post(message)) == ("fork", {"seq": 2})
    _is_set_aside(bench, message, "fork")
    assert bench.held(bench.station) == held


@pytest.mark.invariant(10)
@pytest.mark.fault("C1")
def test_a_fork_is_seen_inside_a_batch_that_reaches_further_than_what_is_held(bench: IntakeBench) -> None:
    bench.register()
    copy = bench.station.copy()
    bench.station.tap("04a1b2c3d4e5f6")
    bench.sync(bench.station)
    for value in ("04ffffffffffff", "04eeeeeeeeeeee", "04dddddddddddd"):
        copy.tap(value)
    assert problem(bench.post(copy.batch()))[0] == "fork"
    assert bench.count("batch") == 1


@pytest.mark.invariant(10)
@pytest.mark.fault("C1")
def test_a_fork_is_seen_where_a_batch_only_continues_what_is_held(bench: IntakeBench) -> None:
    bench.register()
    copy = bench.station.copy()
    for station, value in ((bench.station, "04a1b2c3d4e5f6"), (copy, "04ffffffffffff")):
        station.tap(value)
    bench.sync(bench.station)
    copy.tap()
    message = copy.message(copy.envelope(3, 1))
    assert problem(bench.post(message)) == ("fork", {"seq": 2})
    _is_set_aside(bench, message, "fork")


@pytest.mark.invariant(10)
def test_a_head_that_contradicts_what_is_held_is_a_fork_even_without_entries(bench: IntakeBench) -> None:
    bench.register()
    bench.sync(bench.station)
    held = replace(bench.station.envelope(2, 0), head=replace(bench.station.head, seq=1, h=bytes(32)))
    message = bench.station.message(held)
    assert problem(bench.post(message)) == ("fork", {"seq": 1})
    _is_set_aside(bench, message, "fork")


@pytest.mark.invariant(30)
def test_entries_that_do_not_give_the_hash_their_station_signed_are_a_fork(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    bench.station.bodies[1] = bench.station.bodies[1].replace(b'"nfc"', b'"em4"')
    message = bench.station.batch()
    assert problem(bench.post(message)) == ("fork", {"seq": 1})
    _is_set_aside(bench, message, "broken-chain")
    assert bench.count("batch") == 0


@pytest.mark.invariant(17, 19)
@pytest.mark.fault("C3")
def test_an_older_journal_put_back_is_a_rollback(bench: IntakeBench) -> None:
    bench.register()
    bench.sync(bench.station)
    image = bench.station.copy()
    bench.station.tap()
    bench.sync(bench.station)
    message = image.message(image.envelope(2, 1))
    assert problem(bench.post(message)) == ("rollback", {"have_seq": 3})
    _is_set_aside(bench, message, "rollback")


@pytest.mark.invariant(17)
@pytest.mark.fault("C2")
def test_an_idle_copy_is_found_at_its_second_contact(bench: IntakeBench) -> None:
    bench.register()
    bench.sync(bench.station)
    copy = bench.station.copy()
    bench.sync(bench.station)
    # Nothing was tapped at the copy: same entries, same hashes, only the ratchet has moved on.
    message = copy.batch()
    assert problem(bench.post(message)) == ("clone", {})
    _is_set_aside(bench, message, "clone")
    assert bench.sync(bench.station).seq == 3


def test_a_lost_ratchet_is_a_clone(bench: IntakeBench) -> None:
    bench.register()
    bench.sync(bench.station)
    bench.station.token = None
    assert problem(bench.post(bench.station.batch()))[0] == "clone"


@pytest.mark.invariant(20)
def test_what_a_revoked_station_sends_is_kept_and_never_counts(bench: IntakeBench) -> None:
    bench.register()
    bench.commission(bench.station, revoked=("st-r101",))
    message = bench.station.batch()
    assert problem(bench.post(message)) == ("revoked", {})
    _is_set_aside(bench, message, "revoked")
    assert bench.count("batch") == 0


@pytest.mark.invariant(20)
def test_a_revoked_station_is_told_so_even_in_an_epoch_nobody_knows(bench: IntakeBench) -> None:
    bench.commission(bench.station, revoked=("st-r101",))
    message = bench.station.batch()
    assert problem(bench.post(message))[0] == "revoked"
    _is_set_aside(bench, message, "revoked")


def test_the_same_bytes_are_set_aside_once_however_often_they_come(bench: IntakeBench) -> None:
    bench.register()
    bench.station.token = "stale"  # noqa: S105  a ratchet, not a secret
    message = bench.station.batch()
    for _ in range(3):
        assert problem(bench.post(message))[0] == "clone"
    _is_set_aside(bench, message, "clone")


def test_setting_aside_is_written_to_the_log_without_what_was_in_it(
    bench: IntakeBench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.register()
    bench.station.token = "stale"  # noqa: S105  a ratchet, not a secret
    bench.post(bench.station.batch())
    assert (
        f"sync.set-aside station=st-r101 epoch={bench.station.epoch} reason=clone first=1 last=1"
        in caplog.text
    )
    assert "stale" not in caplog.text


def test_evidence_cannot_be_changed_or_deleted_even_by_its_own_writer(bench: IntakeBench) -> None:
    bench.register()
    bench.station.tap()
    bench.sync(bench.station)
    bench.station.token = "stale"  # noqa: S105  a ratchet, not a secret
    bench.post(bench.station.batch())
    for table in ("batch", "epoch", "quarantine"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET station = 'x'"):  # noqa: S608  our words
            with pytest.raises((sqlite3.IntegrityError, postgres.Error), match="never changed"):
                change(bench.config, statement)
