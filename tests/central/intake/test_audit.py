"""The evidence proves itself again from its bytes, and any change of them shows."""

import gzip
import hashlib
import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from central.config import CentralConfig, PostgresConfig
from central.errors import UnavailableError
from central.intake.audit import Finding, StoredRow, UnprovenError, audit, prove, read_rows
from central.intake.keyring import Keyring
from central.store import postgres
from sync_agent import wire
from sync_agent.signing import SignatureError
from tests.fakes.data_folder import publish_keyring, rows, take_away
from tests.fakes.intake import SERVER, IntakeBench
from tests.fakes.virtual_station import VirtualStation


@pytest.fixture
def config(tmp_path: Path, store: PostgresConfig | None) -> CentralConfig:
    """Return a central that holds three batches of one station and one of another."""
    stations = [VirtualStation("st-r101"), VirtualStation("st-r102")]
    with IntakeBench(tmp_path, stations, postgres=store) as bench:
        bench.register()
        for _ in range(3):
            stations[0].tap()
            bench.sync(stations[0])
        bench.sync(stations[1])
    return bench.config


def findings(config: CentralConfig) -> list[Finding]:
    return list(audit(config.evidence_at, Keyring(config.data / "keyring.json"), SERVER))


def change(config: CentralConfig, sql: str, *values: object) -> None:
    """Do what somebody with the file, or the server, in hand could."""
    if config.postgres is not None:
        with closing(postgres.connect(config.postgres)) as changing:
            changing.execute("SET session_replication_role = replica")
            assert changing.execute(sql.replace("?", "%s"), values).rowcount > 0
        return
    with closing(sqlite3.connect(config.evidence)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(sql, values).rowcount > 0


def test_what_was_taken_in_proves_itself(config: CentralConfig) -> None:
    assert findings(config) == []


def test_a_key_revoked_later_still_proves_what_it_signed(config: CentralConfig) -> None:
    stations = [VirtualStation("st-r101"), VirtualStation("st-r102")]
    publish_keyring(config, stations, revoked=["st-r101"])
    assert findings(config) == []


def test_a_resend_that_began_before_what_was_held_proves_itself_too(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    central = IntakeBench(tmp_path, postgres=store)
    with central as bench:
        bench.register()
        bench.station.tap()
        bench.post(bench.station.batch())
        bench.station.pending = None
        bench.station.tap()
    central.new_life()
    with central as bench:
        bench.sync(bench.station)
        assert findings(bench.config) == []


def _flipped(data: bytes) -> Iterator[bytes]:
    """Yield the bytes with one bit changed, each bit in its turn."""
    for place, bit in itertools.product(range(len(data)), range(8)):
        yield data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]


def _is_proven(row: StoredRow, before: StoredRow, config: CentralConfig) -> bool:
    keys = Keyring(config.data / "keyring.json").station("st-r101")
    assert keys is not None
    try:
        prove(row, wire.Position(before.last_seq, before.last_h), keys, SERVER)
    except (wire.WireError, SignatureError, UnprovenError):
        return False
    return True


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_every_bit_that_changes_in_a_stored_batch_is_noticed(config: CentralConfig) -> None:
    before, row, _ = read_rows(config.evidence_at, "st-r101", VirtualStation().epoch, 0)
    assert _is_proven(row, before, config)
    rotten = [
        *(replace(row, data=changed) for changed in _flipped(row.data)),
        *(replace(row, digest=changed) for changed in _flipped(row.digest)),
        *(replace(row, last_h=changed) for changed in _flipped(row.last_h)),
    ]
    assert len(rotten) > 8 * 500
    assert [each for each in rotten if _is_proven(each, before, config)] == []


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_every_bit_that_changes_in_a_stored_acknowledgement_or_beacon_is_noticed(
    config: CentralConfig,
) -> None:
    before, row, _ = read_rows(config.evidence_at, "st-r101", VirtualStation().epoch, 0)
    # What comes after is advice to the station and signed by nobody.
    signed = 8 * row.answer.index(b',"token":')
    for changed in itertools.islice(_flipped(row.answer), signed):
        assert not _is_proven(replace(row, answer=changed), before, config), changed


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_bytes_changed_together_with_their_digest_are_noticed_by_the_signature(config: CentralConfig) -> None:
    before, row, _ = read_rows(config.evidence_at, "st-r101", VirtualStation().epoch, 0)
    for plain in _flipped(gzip.decompress(row.data)):
        data = gzip.compress(plain, mtime=0)
        changed = replace(row, data=data, digest=hashlib.sha256(data).digest())
        assert not _is_proven(changed, before, config), plain


@pytest.mark.invariant(30)
@pytest.mark.parametrize("column", ["bytes", "digest", "last_h", "answer"])
def test_a_change_on_the_disk_is_found_by_walking_through_it(config: CentralConfig, column: str) -> None:
    ((srv_seq, data),) = rows(config, f"SELECT srv_seq, {column} FROM batch WHERE first_seq = 3")  # noqa: S608  ours
    assert isinstance(data, bytes)
    change(config, f"UPDATE batch SET {column} = ? WHERE srv_seq = ?", next(_flipped(data)), srv_seq)  # noqa: S608  ours
    found = findings(config)
    assert srv_seq in [finding.srv_seq for finding in found]
    assert {finding.station for finding in found} == {"st-r101"}


@pytest.mark.invariant(30)
@pytest.mark.fault("A1")
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM batch WHERE first_seq = 3",
        "DELETE FROM batch WHERE station = 'st-r102'",
        "DELETE FROM epoch WHERE station = 'st-r102'",
        "DELETE FROM station_head WHERE station = 'st-r102'",
        "UPDATE batch SET received_ms = received_ms + 1 WHERE first_seq = 3",
        "UPDATE batch SET last_seq = last_seq + 1 WHERE first_seq = 3",
        "UPDATE batch SET first_seq = first_seq + 1 WHERE first_seq = 3",
        "UPDATE batch SET station = 'st-r102' WHERE first_seq = 3",
        "UPDATE batch SET epoch = epoch + 1 WHERE first_seq = 3",
        "UPDATE station_head SET seq = seq - 1 WHERE station = 'st-r101'",
        "UPDATE epoch SET epoch = epoch + 1 WHERE station = 'st-r101'",
    ],
)
def test_a_row_that_is_taken_away_or_changed_is_noticed(config: CentralConfig, sql: str) -> None:
    change(config, sql)
    assert findings(config)


def test_the_last_batches_cut_off_together_with_the_head_are_noticed_by_the_station_alone(
    config: CentralConfig,
) -> None:
    """A shorter history is a true one: only a receipt held elsewhere can tell, so this must stay silent."""
    ((last_seq, last_h),) = rows(config, "SELECT last_seq, last_h FROM batch WHERE first_seq = 3")
    change(config, "DELETE FROM batch WHERE first_seq > 3 AND station = 'st-r101'")
    change(config, "UPDATE station_head SET seq = ?, h = ? WHERE station = 'st-r101'", last_seq, last_h)
    assert findings(config) == []


def test_a_registration_that_gives_another_reason_is_noticed(config: CentralConfig) -> None:
    ((data,),) = rows(config, "SELECT bytes FROM epoch WHERE station = 'st-r101'")
    assert isinstance(data, bytes)
    change(config, "UPDATE epoch SET bytes = ? WHERE station = 'st-r101'", data.replace(b"new", b"old"))
    assert [found.what for found in findings(config)] == ["the registration is not proven"]


def test_evidence_that_is_not_there_is_not_taken_for_proven(config: CentralConfig) -> None:
    take_away(config)
    with pytest.raises(UnavailableError, match="does not exist"):
        findings(config)


def test_a_station_nobody_has_keys_of_proves_nothing(config: CentralConfig) -> None:
    publish_keyring(config, [VirtualStation("st-r102")])
    assert {finding.station for finding in findings(config)} == {"st-r101"}
