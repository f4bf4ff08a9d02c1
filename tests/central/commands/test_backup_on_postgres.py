"""A backup is the same files from either store: a school moves to PostgreSQL by one, and back, row by row."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.central.commands.conftest import CALENDAR
from tests.fakes.central_process import Installation
from tests.fakes.evidence_file import EvidenceFile, JournallingStation
from tests.fakes.oneroster import SAMPLE

SCHOOL = "34000000123456"


def on_postgres(from_: Installation, folder: Path, url: str) -> Installation:
    """Return a central beside the first, with its keys alone, and its school in a database."""
    made = Installation(folder, f'[postgres]\nurl = "{url}"\nlea = "3400000"\nschool = "{SCHOOL}"\n')
    made.data.mkdir(mode=0o700)
    shutil.copytree(from_.data / "keys", made.data / "keys")
    return made


def done(central: Installation, *arguments: str | Path) -> str:
    ran = central.run(*arguments)
    assert ran.code in {0, 1}, ran.out + ran.err
    return ran.out


def backed_up(central: Installation) -> Path:
    done(central, "backup", central.folder / "backups")
    (found,) = (central.folder / "backups").iterdir()
    return found


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table with the types SQLite keeps its values in."""
    found = {}
    with closing(sqlite3.connect(path)) as file:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (table,) in file.execute(tables).fetchall():
            if table != "django_migrations":
                names = sorted(row[1] for row in file.execute(f"PRAGMA table_info({table})"))
                values = ", ".join(f'"{name}", typeof("{name}")' for name in names)
                found[table] = sorted(file.execute(f"SELECT {values} FROM {table}").fetchall(), key=repr)  # noqa: S608  names of ours
    return found


@pytest.fixture
def taught(installation: Installation) -> Installation:
    """Return a central with a calendar, a roster, a log of acts, and a station's batches."""
    calendar = installation.folder / "calendar.csv"
    calendar.write_text(CALENDAR)
    done(installation, "import-calendar", calendar, "--year", "2026-27", "--decided-by", "Board")
    done(installation, "import-roster", SAMPLE)
    room = JournallingStation("st-r101", datetime(2026, 9, 1, 13, tzinfo=UTC))
    evidence = EvidenceFile(installation.folder)
    for minute in range(5):
        evidence.receive(room.exchange(datetime(2026, 9, 1, 15, minute, tzinfo=UTC)))
    evidence.path.rename(installation.data / "evidence.sqlite")
    return installation


def test_a_school_moves_to_postgres_and_back_with_every_row(
    taught: Installation, tmp_path: Path, postgres_url: str
) -> None:
    first = backed_up(taught)
    moved = on_postgres(taught, tmp_path / "moved", postgres_url)
    assert "this is life" in done(moved, "restore", "--from", first)
    assert not list(moved.data.glob("*.sqlite"))
    assert "the evidence was read whole" in moved.run("check", "--evidence").out
    second = backed_up(moved)
    for name in ("records.sqlite", "evidence.sqlite"):
        before, after = content(first / name), content(second / name)
        assert sum(map(len, before.values())) > 5
        assert {table for table in before if before[table] != after[table]} == set()
    again = moved.run("restore", "--from", first, "--replace")
    assert again.code == 78
    assert "left as it is" in again.err
    # New rows come after the old ones.
    with closing(psycopg.connect(postgres_url, autocommit=True)) as connection:
        connection.execute(
            f"INSERT INTO school_{SCHOOL}.store_auditevent (at, by, verb, subject, detail)"  # noqa: S608  digits
            " VALUES ('2026-09-01 16:00:00+00', '8000', 'complete-audit', '2024-25', '{}')"
        )
    drilled = moved.run("restore-drill", moved.folder / "backups")
    assert "rows that are written once came back" in drilled.out, drilled.err
    assert "short of rows" not in drilled.out


def test_what_was_changed_on_postgres_behind_the_program_is_found(
    taught: Installation, tmp_path: Path, postgres_url: str
) -> None:
    moved = on_postgres(taught, tmp_path / "moved", postgres_url)
    done(moved, "restore", "--from", backed_up(taught))
    backed_up(moved)
    assert "store_auditevent: a row" not in moved.run("check", "--evidence").out
    with closing(psycopg.connect(postgres_url, autocommit=True)) as connection:
        connection.execute(f"UPDATE school_{SCHOOL}.store_auditevent SET by = 'nobody' WHERE id = 1")  # noqa: S608  digits
    assert "store_auditevent: a row from the 1th" in moved.run("check", "--evidence").out
