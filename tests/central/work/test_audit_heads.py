"""What staff did cannot be rewritten, taken away or put in between backups without being named."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from central.store import written_once
from central.store.copy import copy_database
from central.store.models import AuditEvent
from central.work import audit_heads
from sync_agent.signing import SigningKey

pytestmark = [
    pytest.mark.django_db,
    # Heads are signed of a copy in a file, wherever the records are; here they are copied from a file too.
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the records are on a server"),
]
KEY = SigningKey(b"central acknowledges with this..")
AT = datetime(2026, 9, 1, 19, tzinfo=UTC)
EVENTS = "store_auditevent"


def act(*verbs: str) -> None:
    for verb in verbs:
        AuditEvent.objects.create(at=AT, by="8000", verb=verb, subject="a class", detail={"reason": verb})


class Office:
    """Records as a file, copied out of the test database, and a data folder with the heads signed of it."""

    def __init__(self, folder: Path) -> None:
        self.data, self.records = folder / "data", folder / "records.sqlite"
        self.data.mkdir()

    def evening(self, evenings: int = 0) -> None:
        """Sign the heads of what there is now."""
        self.look()
        audit_heads.add(self.data, self.records, KEY, AT + timedelta(days=evenings))

    def look(self) -> None:
        """Take the records as they are now."""
        self.records.unlink(missing_ok=True)
        raw = connection.connection
        assert raw is not None
        with closing(sqlite3.connect(self.records)) as copy:
            copy.executescript("\n".join(_tables_alone(raw)))

    def sql(self, statement: str, *values: object) -> None:
        """Do what an owner of the database can do, past the program."""
        with closing(sqlite3.connect(self.records)) as records, records:
            records.execute(statement, values)

    def findings(self) -> list[str]:
        return list(audit_heads.proven(self.data, self.records, KEY.verify_key))


def _tables_alone(raw: sqlite3.Connection) -> list[str]:
    wanted = {EVENTS, "store_schoolpolicy"}
    lines = []
    for name, sql in raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        if name in wanted:
            lines.append(f"{sql};")
            rows = raw.execute(f'SELECT * FROM "{name}"')  # noqa: S608  a name of our schema
            insert = f'INSERT INTO "{name}"'
            lines += [f"{insert} VALUES ({', '.join(map(_literal, row))});" for row in rows]
    return lines


def _literal(value: object) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(int(value))
    return "'" + str(value).replace("'", "''") + "'"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Three evenings, with two acts of staff before each."""
    office = Office(tmp_path)
    for evening in range(3):
        act(f"first-{evening}", f"second-{evening}")
        office.evening(evening)
    return office


def test_what_was_only_added_to_proves_itself(office: Office) -> None:
    assert len(audit_heads.files(office.data)) == 3
    act("since the last evening")
    office.look()
    assert office.findings() == []


def test_every_one_of_the_rows_changed_by_hand_is_placed_between_two_evenings(office: Office) -> None:
    before = office.records.read_bytes()
    for row in range(6):
        office.records.write_bytes(before)
        which = f"SELECT id FROM {EVENTS} ORDER BY id LIMIT 1 OFFSET {row}"  # noqa: S608  our own words
        office.sql(f"UPDATE {EVENTS} SET by = '8001' WHERE id = ({which})")  # noqa: S608  as above
        first = row // 2 * 2 + 1
        expected = f"{EVENTS}: a row from the {first}th to the {first + 1}th is not what was signed for"
        assert office.findings() == [expected]


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("DELETE FROM store_auditevent WHERE verb = 'first-1'", "from the 3th to the 4th"),
        ("DELETE FROM store_auditevent WHERE verb = 'second-2'", "rows are gone: 6 were signed for"),
        ("DELETE FROM store_auditevent", "rows are gone: 2 were signed for"),
        ("UPDATE store_auditevent SET id = -1 WHERE verb = 'second-1'", "from the 1th to the 2th"),
        ("ALTER TABLE store_auditevent DROP COLUMN detail", "from the 1th to the 2th"),
        ("DROP TABLE store_auditevent", "cannot be read"),
    ],
    ids=["deleted", "truncated", "emptied", "reordered", "a column less", "dropped"],
)
def test_no_way_to_rewrite_what_staff_did_goes_unnoticed(office: Office, done: str, told: str) -> None:
    office.sql(done)
    (finding,) = office.findings()
    assert told in finding


def test_a_row_put_in_between_is_noticed(office: Office) -> None:
    office.sql(
        f"INSERT INTO {EVENTS} (id, at, by, verb, subject, detail) VALUES (0, '2026', 'x', 'x', 'x', '{{}}')"  # noqa: S608  our own words
    )
    assert "from the 1th to the 2th" in office.findings()[0]


def test_a_column_a_later_release_adds_changes_no_proof(office: Office) -> None:
    office.sql("ALTER TABLE store_auditevent ADD COLUMN seen integer DEFAULT 0")
    assert office.findings() == []


def test_heads_themselves_cannot_be_taken_away_or_made_by_others(office: Office, tmp_path: Path) -> None:
    _, second, third = audit_heads.files(office.data)
    kept = tmp_path / "kept"
    shutil.copytree(office.data, kept)
    second.unlink()
    assert "000003.json does not follow the one before it" in office.findings()[0]
    shutil.copy(kept / audit_heads.FOLDER / second.name, second)
    forged = json.loads(third.read_text())
    forged["note"] = forged["note"].replace('"count":6', '"count":5')
    third.write_text(json.dumps(forged, ensure_ascii=False, separators=(",", ":")) + "\n")
    assert "000003.json proves nothing" in office.findings()[0]
    others = SigningKey(b"another key that signs just so..")
    third.unlink()
    audit_heads.add(office.data, office.records, others, AT)
    assert "000003.json proves nothing" in office.findings()[0]


def test_who_holds_the_key_and_rewrites_everything_is_convicted_by_a_copy_elsewhere(
    office: Office, tmp_path: Path
) -> None:
    """A backup on another disk, or one head in a mailbox, is the witness."""
    witness = tmp_path / "a backup elsewhere"
    shutil.copytree(office.data, witness)
    office.sql("UPDATE store_auditevent SET by = '8001' WHERE verb = 'first-0'")
    shutil.rmtree(office.data / audit_heads.FOLDER)
    audit_heads.add(office.data, office.records, KEY, AT)
    assert office.findings() == [], "alone, it agrees with itself"
    found = list(audit_heads.proven(witness, office.records, KEY.verify_key))
    assert found == [f"{EVENTS}: a row from the 1th to the 2th is not what was signed for"]


def test_tables_of_all_kinds_of_history_are_signed_for(tmp_path: Path) -> None:
    assert {EVENTS, "store_decision", "store_sessioncertification", "store_viewing"} <= set(
        written_once.tables()
    )
    office = Office(tmp_path)
    act("one")
    office.evening()
    (path,) = audit_heads.files(office.data)
    tables = json.loads(json.loads(path.read_text())["note"])["tables"]
    assert list(tables) == [EVENTS], "a table without rows is left out"


def test_a_copy_of_records_that_are_in_use_is_what_gets_signed(tmp_path: Path) -> None:
    office = Office(tmp_path)
    act("one")
    office.look()
    copy_database(office.records, tmp_path / "copy.sqlite")
    assert audit_heads.add(office.data, tmp_path / "copy.sqlite", KEY, AT)
    assert office.findings() == []
