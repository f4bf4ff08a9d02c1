"""One screen tells how central stands; a backup is whole, checked, and holds no secret key."""

import json
import os
import secrets
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from central.config import ENVIRONMENT, CentralConfig
from central.errors import UnavailableError
from central.exchange.named_file import NamedFile
from central.intake import schema
from central.store.copy import copy_database
from central.store.evidence import Evidence
from central.store.models import AttendanceRecord, AuditEvent, School, Section, Student
from central.store.queries import standing
from central.work import documents, drill, keys, paper_files
from central.work.backup import back_up
from central.work.doubts import read_doubts
from station.kernel_time import KernelTime
from tests.central.commands.conftest import Central
from tests.fakes.doubtful import set_aside
from tests.fakes.intake import SERVER, IntakeBench
from tests.fakes.oneroster import SAMPLE
from tests.fakes.virtual_station import VirtualStation

NOW = datetime(2026, 9, 1, 16, tzinfo=UTC)


@pytest.fixture
def checked(with_calendar: Central, monkeypatch: pytest.MonkeyPatch) -> Central:
    """Return a central whose records file stands where the configuration says, for its size."""
    path = with_calendar.file("central.toml", "port = 9090\n")
    monkeypatch.setenv(ENVIRONMENT, str(path))
    with_calendar.config.records.touch()
    return with_calendar


def evidence(path: Path, *sequences: int) -> None:
    rows = [(number, number, number) for number in sequences]
    with closing(schema.open_file(path)) as connection:
        connection.executemany(
            "INSERT INTO batch VALUES (?, 'st-r12', 1, ?, ?, x'00', 0, x'00', x'00', x'00')", rows
        )


def test_check_shows_configuration_time_counts_keys_and_backlog(checked: Central) -> None:
    checked.run("import-roster", SAMPLE)
    key = (checked.config.keys / "server-ack.pub").read_text().strip()
    checked.run("commission", "st-r12", "--room", "Room 12", "--key", key)
    evidence(checked.config.evidence, 1, 2, 7)
    shown = checked.run("check", "--stations")
    assert checked.code == 0
    assert "port = 8080 (file)" in shown
    assert "station_port = 8081 (default)" in shown
    assert "PRACTICE  this is a practice school" in shown
    assert "Tue 2026-09-01 09:00 at the school" in shown
    assert "evidence  7 is the last batch, 0 the last in the records: 7 to read" in shown
    assert "8 students, 1 staff, 1 sections" in shown
    assert "journal_mode=wal synchronous=2 foreign_keys=1" in shown
    assert "station   st-r12 in Room 12" in shown
    assert key in shown
    assert shown.endswith("all is well\n")
    assert len(shown.splitlines()) <= 35


@pytest.mark.invariant(20)
def test_check_tells_what_was_set_aside_and_which_station_is_in_doubt(checked: Central) -> None:
    checked.run("import-roster", SAMPLE)
    key = (checked.config.keys / "server-ack.pub").read_text().strip()
    checked.run("commission", "st-r12", "--room", "Room 12", "--key", key)
    evidence(checked.config.evidence)
    for reason, minute in (("revoked", 1), ("revoked", 5), ("clone", 7)):
        at = datetime(2026, 9, 1, 15, minute, tzinfo=UTC)
        set_aside(checked.config.evidence, "st-r12", reason, at)
    read_doubts(Evidence(checked.config.evidence))
    shown = checked.run("check", "--stations")
    assert "IN DOUBT (clone) since 2026-09-01 08:07: 0 taps wait; find the copy, then clear-station" in shown
    assert "set aside (revoked): 2 messages, 2026-09-01 08:01 to 2026-09-01 08:05" in shown


@pytest.mark.parametrize("is_set", [True, False])
def test_check_says_where_no_time_server_sets_the_clock_that_stations_go_by(
    checked: Central, monkeypatch: pytest.MonkeyPatch, *, is_set: bool
) -> None:
    monkeypatch.setattr(KernelTime, "quality", lambda _: (is_set, 3))
    assert "time server" not in checked.run("check"), "a practice school's clock is set by hand"
    School.objects.update(is_practice=False)
    shown = checked.run("check")
    assert checked.code == (0 if is_set else 1)
    assert ("finding   no time server sets this machine's clock" in shown) is not is_set


def test_check_finds_what_others_can_read_and_what_is_missing(checked: Central) -> None:
    checked.config.data.chmod(0o755)
    (checked.config.keys / "school.key").chmod(0o644)
    (checked.config.keys / "server-ack.key").unlink()
    shown = checked.run("check")
    assert checked.code == 1
    assert "run chmod 700 on it" in shown
    assert "run chmod 600 on it" in shown
    assert "server-ack.key" in shown
    assert shown.endswith("3 findings\n")


@pytest.fixture
def heard(checked: Central, tmp_path: Path) -> Central:
    """Return a central that took two batches in."""
    station = VirtualStation("st-r101")
    with IntakeBench(tmp_path / "bench", [station]) as bench:
        bench.register()
        for _ in range(2):
            station.tap()
            bench.sync(station)
    copy_database(bench.config.evidence, checked.config.evidence)
    shutil.copy(bench.config.data / "keyring.json", checked.config.data)
    (checked.config.keys / "server-ack.pub").write_text(f"{SERVER.public.hex()}\n")
    return checked


def test_check_proves_evidence_and_records_when_asked(heard: Central) -> None:
    assert "proof" not in heard.run("check")
    shown = heard.run("check", "--evidence")
    assert heard.code == 0
    assert "the evidence was read whole: 0 findings" in shown
    assert "the decisions were read whole: 0 findings" in shown


def test_check_names_the_batch_that_was_changed(heard: Central) -> None:
    with closing(sqlite3.connect(heard.config.evidence)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE batch SET received_ms = received_ms + 86400000 WHERE srv_seq = 2")
    shown = heard.run("check", "--evidence")
    assert heard.code == 1
    assert "station st-r101 epoch" in shown
    assert "batch 2: the time it was received is not the one that was told" in shown


def test_check_names_the_record_that_was_put_in_by_hand(heard: Central) -> None:
    heard.run("import-roster", SAMPLE)
    section, student = Section.objects.get(), Student.objects.earliest("pk")
    AttendanceRecord.objects.create(
        school=section.school, student=student, section=section, on=section.since, stage="certified"
    )
    shown = heard.run("check", "--evidence")
    assert heard.code == 1
    assert "nobody decided that it be there" in shown


def test_check_reminds_of_the_drill_after_five_weeks_and_counts_only_what_was_proven(
    checked: Central,
) -> None:
    def drilled(days_ago: int, *, is_proven: bool) -> None:
        at = checked.at - timedelta(days=days_ago)
        AuditEvent.objects.create(
            at=at, by="IT", verb=drill.VERB, subject="rollbook-1", detail={"proven": is_proven}
        )

    assert "drill     none yet" in checked.run("check")
    assert checked.code == 0, "a central just made has nothing to rehearse yet"
    drilled(40, is_proven=True)
    shown = checked.run("check")
    assert "drill     rollbook-1 was proven to come back 40 days ago" in shown
    assert "finding   no restore was rehearsed since 2026-07-23; run rollbook-central restore-drill" in shown
    drilled(3, is_proven=False)
    assert "proven to come back 40 days ago" in checked.run("check")
    assert checked.code == 1, "a drill that found something proves nothing"
    drilled(1, is_proven=True)
    assert "finding" not in checked.run("check")


def test_check_never_shows_a_secret(checked: Central) -> None:
    shown = checked.run("check")
    for path in checked.config.keys.glob("*.key"):
        assert path.read_text().strip() not in shown


def test_evidence_that_cannot_be_read_is_one_clear_finding(checked: Central) -> None:
    checked.config.evidence.write_bytes(b"this is no database at all" * 100)
    shown = checked.run("check")
    assert checked.code == 69
    assert "cannot be read" in shown


@pytest.fixture
def installed(tmp_path: Path) -> CentralConfig:
    """Return a data folder like a real one's, with small databases."""
    config = CentralConfig(data_dir=str(tmp_path / "central"))
    config.data.mkdir()
    keys.make(config.keys, secrets.token_bytes)
    keys.write_identity(config.data / "server.json", secrets.token_bytes)
    (config.data / "keyring.json").write_text("{}")
    (config.data / "rosters").mkdir()
    evidence(config.evidence, 1, 2)
    with closing(sqlite3.connect(config.records)) as connection, connection:
        connection.execute("CREATE TABLE pupil (name TEXT)")
        connection.executemany("INSERT INTO pupil VALUES (?)", [("x" * 200,)] * 500)
    return config


def test_a_backup_is_whole_and_says_so(installed: CentralConfig, tmp_path: Path) -> None:
    made = back_up(installed, tmp_path / "backups", NOW)
    assert made == tmp_path / "backups" / "rollbook-20260901T160000Z"
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    public = ["sc1-issuer.pub", "server-ack.pub", "server-config.pub"]
    assert sorted(path.name for path in (made / "keys").iterdir()) == public
    digests = json.loads((made / "manifest.json").read_text())["sha256"]
    files = {"records.sqlite", "evidence.sqlite", "server.json", "keyring.json"}
    assert digests.keys() == files | {f"keys/{name}" for name in public}
    with closing(sqlite3.connect(made / "records.sqlite")) as records:
        assert records.execute("SELECT count(*) FROM pupil").fetchall() == [(500,)]
    secret = (installed.keys / "school.key").read_text().strip().encode()
    assert all(secret not in path.read_bytes() for path in made.rglob("*") if path.is_file())
    with pytest.raises(UnavailableError, match="exists already"):
        back_up(installed, tmp_path / "backups", NOW)


def test_a_backup_holds_what_people_handed_in(installed: CentralConfig, tmp_path: Path) -> None:
    brought = NamedFile("drawing.pdf", b"drawn in public")
    documents.keep(installed.data, brought)
    paper_files.keep(installed.data, brought)
    made = back_up(installed, tmp_path / "backups", NOW)
    for folder in ("documents", "paper"):
        assert (made / folder / brought.sha256).read_bytes() == b"drawn in public"
    assert documents.read(made, brought.sha256) == b"drawn in public"
    (made / "documents" / brought.sha256).write_bytes(b"drawn in secret")
    with pytest.raises(UnavailableError, match="not what was brought"):
        documents.read(made, brought.sha256)


def test_a_damaged_database_makes_no_backup(installed: CentralConfig, tmp_path: Path) -> None:
    size = installed.records.stat().st_size
    with installed.records.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(size // 4))
    with pytest.raises(UnavailableError, match="restore an earlier backup"):
        back_up(installed, tmp_path / "backups", NOW)
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_database_being_written_is_copied_as_it_was_at_one_instant(tmp_path: Path) -> None:
    source = tmp_path / "live.sqlite"
    with closing(sqlite3.connect(source, isolation_level=None)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE t (n)")
        live.execute("INSERT INTO t VALUES (1)")
        live.execute("BEGIN IMMEDIATE")
        live.execute("INSERT INTO t VALUES (2)")
        copy_database(source, tmp_path / "copy.sqlite")
        live.execute("COMMIT")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert copy.execute("SELECT n FROM t").fetchall() == [(1,)]
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.sqlite"]


def test_rows_that_refer_to_nothing_are_damage_too(tmp_path: Path) -> None:
    source = tmp_path / "live.sqlite"
    with closing(sqlite3.connect(source)) as live, live:
        live.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        live.execute("CREATE TABLE b (a REFERENCES a)")
        live.execute("INSERT INTO b VALUES (5)")
    with pytest.raises(UnavailableError, match="1 rows refer to rows that are not there"):
        copy_database(source, tmp_path / "copy.sqlite")


@pytest.mark.django_db
def test_a_central_that_heard_nothing_yet_has_no_backlog(tmp_path: Path) -> None:
    assert standing.backlog(tmp_path / "evidence.sqlite").waiting == 0
