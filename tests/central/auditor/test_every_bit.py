"""No bit of what an auditor holds changes unnoticed, and no newer key vouches for older entries."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from central.auditor import documents, journal_files, journal_proof, tap_proof
from central.auditor.documents import Documents
from central.auditor.journal import EpochProof, open_ack
from central.auditor.journal_files import Handed
from central.auditor.public_keys import DatedKey
from central.cli import main
from station import chain
from sync_agent import wire
from sync_agent.signing import SignatureError, sign_note
from tests.fakes.sealed_journal import EPOCH, NEW_KEY, OLD_KEY, SERVER, STATION, SealedJournal

SERVER_KEYS = {SERVER.kid: DatedKey(SERVER.verify_key)}
STATION_KEYS = {OLD_KEY.kid: DatedKey(OLD_KEY.verify_key)}


@pytest.fixture(scope="module")
def journal() -> SealedJournal:
    journal = SealedJournal()
    journal.grow(199)
    return journal


def every_bit(data: bytes) -> Iterator[bytes]:
    changed = bytearray(data)
    for place in range(len(data)):
        for bit in range(8):
            changed[place] ^= 1 << bit
            yield bytes(changed)
            changed[place] ^= 1 << bit


def is_proven(data: bytes) -> bool:
    """Tell whether a signed note is proven, and by both sides where it is a certificate."""
    found = Documents()
    documents.take_bytes("note.json", data, found, SERVER_KEYS, STATION_KEYS)
    both = all(each.countersigned_by for each in found.certificates)
    return not found.problems and both


def faults(path: Path) -> list[str]:
    """Return the findings about an exported journal."""
    handed = Handed()
    journal_files.take(path, handed)
    proofs = journal_proof.prove(handed, Documents(), STATION_KEYS, SERVER_KEYS)
    return handed.problems + [each for proof in proofs for each in proof.findings]


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_every_single_bit_of_a_certificate_is_looked_at(journal: SealedJournal) -> None:
    data = journal.certified().text().encode()
    assert is_proven(data)
    assert [changed for changed in every_bit(data) if is_proven(changed)] == []


@pytest.mark.invariant(30)
def test_nothing_can_be_written_into_a_certificate_beside_what_is_signed(journal: SealedJournal) -> None:
    members = json.loads(journal.certified().text())
    for changed in ({"remark": "all is well"}, {}):
        assert not is_proven(json.dumps({**members, **changed}, indent=1).encode() + b"\n")
    added = json.dumps({**members, "remark": "all is well"}, separators=(",", ":")).encode() + b"\n"
    assert not is_proven(added)


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_every_single_bit_of_an_acknowledgement_is_looked_at(journal: SealedJournal) -> None:
    ack = wire.Ack(
        station=STATION,
        epoch=EPOCH,
        seq=len(journal.rows),
        h=journal.head,
        safe_seq=0,
        at=journal.at,
        server="central-1",
        inc="first",
        term=1,
    )
    # As the agent keeps it.
    data = json.dumps(sign_note("ack", ack.members(), SERVER), separators=(",", ":")).encode()
    assert is_proven(data)
    assert [changed for changed in every_bit(data) if is_proven(changed)] == []


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_every_single_bit_of_200_entries_is_looked_at(journal: SealedJournal) -> None:
    """Each bit of each body and hash, exhaustively; an entry is judged behind the one before it."""
    rows = journal.rows
    assert len(rows) == 200
    before = chain.START
    for sequence, (body, h) in enumerate(rows, 1):
        changes = [(changed, h) for changed in every_bit(body)] + [
            (body, changed) for changed in every_bit(h)
        ]
        for changed_body, changed_h in changes:
            proof = EpochProof(STATION, EPOCH, heads={sequence - 1: before})
            proof.add([(sequence, changed_body, changed_h)])
            assert proof.findings, sequence
        before = h


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_a_bit_of_any_column_of_the_exported_file_is_noticed(journal: SealedJournal, tmp_path: Path) -> None:
    """Sampled: in each row one bit of each column that says anything, by the whole of the verifier."""
    path = journal.export(tmp_path / "export.sqlite")
    assert faults(path) == []
    dice = random.Random(30)  # noqa: S311  the same sample every time
    for column in ("epoch", "sequence", "kind", "raw_ms", "wall_ms", "payload", "body", "h"):
        for rowid in sorted(dice.sample(range(1, 201), 6)):
            old = exchange(path, column, rowid, lambda value: flipped(value, dice))
            assert faults(path), (column, rowid)
            exchange(path, column, rowid, lambda _: old)  # noqa: B023  called at once
    assert faults(path) == []


Cell = int | str | bytes


def exchange(path: Path, column: str, rowid: int, change: Callable[[Cell], Cell]) -> Cell:
    """Change one cell of the export and return what was in it."""
    ask = f"SELECT {column} FROM entry WHERE rowid = ?"  # noqa: S608  our own words
    put = f"UPDATE entry SET {column} = ? WHERE rowid = ?"  # noqa: S608  our own words
    with closing(sqlite3.connect(path)) as connection, connection:
        old: Cell = connection.execute(ask, (rowid,)).fetchone()[0]
        connection.execute(put, (change(old), rowid))
    return old


def flipped(value: Cell, dice: random.Random) -> Cell:
    if isinstance(value, int):
        return value ^ (1 << dice.randrange(20))
    data = bytearray(value.encode() if isinstance(value, str) else value)
    # The lowest bits, so that text stays text.
    data[dice.randrange(len(data))] ^= 1
    return data.decode() if isinstance(value, str) else bytes(data)


@pytest.mark.invariant(30)
@pytest.mark.fault("D4")
def test_a_file_of_a_tap_s_proof_has_one_form(tmp_path: Path) -> None:
    path = tmp_path / "tap.json"
    path.write_text("{}")
    with pytest.raises(wire.WireError):
        tap_proof.TapProof.of(path.read_bytes())


@pytest.mark.invariant(30)
@pytest.mark.fault("A2")
def test_entries_are_not_vouched_for_by_a_key_that_came_into_use_after_them(tmp_path: Path) -> None:
    """Whoever holds the newer key alone rewrites the morning, and cannot make its seals."""
    honest, forged = SealedJournal(OLD_KEY), SealedJournal(NEW_KEY)
    for journal in (honest, forged):
        journal.grow(40)
        journal.seal()
    changed_at = forged.at + timedelta(minutes=5)
    for journal in (honest, forged):
        journal.key = NEW_KEY
        journal.at = changed_at
        journal.grow(20)
    keys = dated(changed_at)
    assert findings(honest, keys, tmp_path / "honest.sqlite") == []
    (found,) = findings(forged, keys, tmp_path / "forged.sqlite")
    assert f"were made before the key {NEW_KEY.kid} came into use" in found


@pytest.mark.invariant(30)
@pytest.mark.fault("A2")
def test_a_key_taken_out_of_use_vouches_for_nothing_later(tmp_path: Path) -> None:
    journal = SealedJournal(OLD_KEY)
    journal.grow(40)
    changed_at = journal.at
    journal.grow(20)
    found = findings(journal, dated(changed_at), tmp_path / "late.sqlite")
    assert any("after it was taken out of use" in each for each in found)


def dated(changed_at: datetime) -> dict[str, DatedKey]:
    changed_ms = int(changed_at.timestamp() * 1000)
    return {
        OLD_KEY.kid: DatedKey(OLD_KEY.verify_key, None, changed_ms),
        NEW_KEY.kid: DatedKey(NEW_KEY.verify_key, changed_ms, None),
    }


def findings(journal: SealedJournal, keys: dict[str, DatedKey], path: Path) -> list[str]:
    handed = Handed()
    journal_files.take(journal.export(path), handed)
    (proof,) = journal_proof.prove(handed, Documents(), keys, SERVER_KEYS)
    return proof.findings


@pytest.mark.invariant(30)
def test_a_history_regrown_without_one_entry_is_told_by_the_proofs_of_time_in_it(tmp_path: Path) -> None:
    journal = SealedJournal()
    journal.grow(60)
    bodies = [body for body, _ in journal.rows]
    journal.rows = []
    for body in bodies[:5] + bodies[6:]:
        journal.write_bytes(body)
    found = findings(journal, STATION_KEYS, tmp_path / "regrown.sqlite")
    assert any("another history of this journal" in each for each in found)
    assert any("it seals another entry" in each for each in found)


def test_a_folder_with_nothing_in_it_proves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, key in (("server.pub", SERVER), ("station.pub", OLD_KEY)):
        (tmp_path / name).write_text(key.verify_key.public.hex())
    keys = ["--server-key", str(tmp_path / "server.pub"), "--station-key", str(tmp_path / "station.pub")]
    for what in ("certificate", "journal", "tap"):
        assert main(["verify", what, str(tmp_path), *keys]) == 1
    assert "NOT PROVEN" in capsys.readouterr().out


def test_a_key_file_that_holds_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "no.pub").write_text("nonsense")
    keys = ["--server-key", str(tmp_path / "no.pub"), "--station-key", str(tmp_path / "no.pub")]
    assert main(["verify", "journal", str(tmp_path), *keys]) == 78
    assert "no.pub holds no public keys" in capsys.readouterr().err


def test_a_signature_of_nobody_s_is_an_error_of_the_note() -> None:
    with pytest.raises(SignatureError):
        open_ack({"note": "{}"}, SERVER_KEYS)
