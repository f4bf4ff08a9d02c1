"""Published: whether a journal's file is what was written to it, by SQLite's check and the chain together."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station.errors import JournalError
from station.journal import file as journal_file
from station.journal.proof import proven
from station.journal.reader import JournalReader
from station.journal.schema import SCHEMA, SCHEMA_VERSION
from station.salvage.remains import wal

_MOST_TOLD: Final = 20
# Each epoch has rows, each row an epoch, and the epoch names its first row; x'' says that row is lost.
_ODD_EPOCHS: Final = """
    SELECT DISTINCT epoch FROM entry WHERE epoch NOT IN (SELECT epoch FROM epoch)
    UNION ALL SELECT epoch FROM epoch WHERE genesis IS NOT IFNULL(
        (SELECT h FROM entry WHERE entry.epoch = epoch.epoch AND seq = 1), x'')
"""


@dataclass(frozen=True, slots=True)
class Examined:
    """What an examination found; `doubts` are what a power cut leaves as well as damage does."""

    problems: tuple[str, ...]
    doubts: tuple[str, ...]
    rows: int


def examine(path: Path) -> Examined:
    """Examine a journal: every page by SQLite, every row by the chain, the write-ahead file by its sums.

    SQLite alone misses pages that are well-formed and old, the chain alone those that hold no row. An
    older state of the newest page is a sound journal that ends earlier: `shortfall` asks the sidecar
    about that. Changes nothing.
    """
    journal, problems, rows = JournalReader(path), list[str](), 0
    if not path.exists():
        return Examined((f"{path}: there is no journal",), (), 0)
    try:
        problems += check_pages(path)
        for epoch in journal.epochs():
            for page in proven(journal, epoch):
                rows += len(page)
    except JournalError as error:
        problems.append(str(error))
    doubt = wal.doubt(path)
    return Examined(tuple(problems), () if doubt is None else (doubt,), rows)


def check_pages(path: Path) -> list[str]:
    """Return what SQLite's integrity check says against a file, and what its tables say against themselves.

    Raises JournalDamagedError where SQLite cannot even look, JournalError when the disk refuses.
    """
    try:
        with closing(journal_file.connect_to_read(path)) as connection:
            found = connection.execute(f"PRAGMA integrity_check({_MOST_TOLD})").fetchall()
            problems = [f"{path}: {line}" for (line,) in found if line != "ok"]
            odd = connection.execute(_ODD_EPOCHS).fetchall()
            problems += [] if _has_its_tables(connection) else [f"{path}: tables or guards were changed"]
    except sqlite3.Error as error:
        raise journal_file.refusal(error, path) from error
    return problems + [f"{path}: epoch {epoch} and its first entry contradict each other" for (epoch,) in odd]


def _has_its_tables(connection: sqlite3.Connection) -> bool:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != SCHEMA_VERSION:
        return True
    found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    return [sql for (sql,) in found] == [statement.strip() for statement in SCHEMA]
