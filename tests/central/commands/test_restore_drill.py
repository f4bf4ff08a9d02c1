"""A restore is rehearsed beside the live central, which neither notices nor is touched."""

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.central_process import Installation, Ran


@pytest.fixture
def backed_up(installation: Installation) -> tuple[Installation, Path]:
    """Return a central whose staff did something, and the folder of its one backup."""
    folder = installation.folder / "backups"
    sql(
        installation.data / "records.sqlite",
        "INSERT INTO store_auditevent (at, by, verb, subject, detail)"
        " VALUES ('2026-09-01 16:00:00', '8000', 'complete-audit', '2024-25', '{}')",
    )
    made = installation.run("backup", folder)
    assert (made.code, made.err) == (0, ""), made.err
    return installation, folder


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database, database:
        return database.execute(statement).fetchall()


def drill(central: Installation, folder: Path, *more: str) -> Ran:
    return central.run("restore-drill", folder, *more)


def test_a_drill_proves_the_newest_backup_and_is_kept_among_what_people_did(
    backed_up: tuple[Installation, Path],
) -> None:
    central, folder = backed_up
    keys = {path.name: path.read_bytes() for path in (central.data / "keys").iterdir()}
    identity = (central.data / "server.json").read_bytes()
    (backup,) = folder.iterdir()
    done = drill(central, folder)
    assert done.code == 0, done.out + done.err
    assert f"rehearsed {backup.name}" in done.out
    assert "proven: this backup can be put back" in done.out
    assert list(folder.iterdir()) == [backup], "the throw-away folder is thrown away"
    assert {path.name: path.read_bytes() for path in (central.data / "keys").iterdir()} == keys
    assert (central.data / "server.json").read_bytes() == identity, "the live central began no new life"
    ((by, detail),) = sql(
        central.data / "records.sqlite",
        "SELECT by, detail FROM store_auditevent WHERE verb = 'restore-drill'",
    )
    assert str(by).endswith("at the command line")
    assert json.loads(str(detail))["proven"] is True
    assert f"drill     {backup.name} was proven to come back 0 days ago" in central.run("check").out


def test_a_backup_spoilt_on_its_disk_is_refused_and_a_central_that_lost_rows_is_told_of(
    backed_up: tuple[Installation, Path],
) -> None:
    central, folder = backed_up
    (backup,) = folder.iterdir()
    records = central.data / "records.sqlite"
    sql(records, "DELETE FROM store_auditevent WHERE id = (SELECT min(id) FROM store_auditevent)")
    done = drill(central, folder)
    assert done.code == 1
    assert "central today is short of rows that are written once: store_auditevent" in done.out
    assert "central today is not what was backed up: store_auditevent" in done.out
    ((detail,),) = sql(records, "SELECT detail FROM store_auditevent WHERE verb = 'restore-drill'")
    assert json.loads(str(detail))["proven"] is False
    data = bytearray((backup / "records.sqlite").read_bytes())
    data[len(data) // 2] ^= 1
    (backup / "records.sqlite").write_bytes(data)
    spoilt = drill(central, folder)
    assert spoilt.code == 69
    assert "is not as it was made: records.sqlite" in spoilt.err
    assert list(folder.iterdir()) == [backup]


def test_a_drill_without_the_keys_or_without_a_backup_proves_nothing(
    backed_up: tuple[Installation, Path],
) -> None:
    central, folder = backed_up
    empty = central.folder / "usb"
    empty.mkdir()
    assert "holds no complete backup" in drill(central, empty).err
    (central.data / "keys" / "server-ack.key").rename(central.folder / "kept")
    without = drill(central, folder, "--scratch", str(empty))
    assert without.code == 78
    assert "no backup holds secret keys" in without.err
    assert list(empty.iterdir()) == []


def test_everything_a_data_folder_holds_but_secrets_and_locks_is_in_a_backup(
    backed_up: tuple[Installation, Path],
) -> None:
    central, folder = backed_up
    (central.data / "exports").mkdir(exist_ok=True)
    (central.data / "exports" / "recovery.toml").write_text("words = 1\n")
    shutil.rmtree(folder)
    again = central.run("backup", folder, "--also", central.folder / "usb")
    assert again.code == 1, "the second folder is not there"
    assert "finding   " in again.out
    (backup,) = folder.iterdir()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700
    held = {str(path.relative_to(backup)) for path in backup.rglob("*") if path.is_file()}
    assert {"exports/recovery.toml", "audit-heads/000001.json", "audit-heads/000002.json"} <= held
    assert not [name for name in held if name.endswith((".key", ".secret", ".lock", "-wal", "-shm"))]
