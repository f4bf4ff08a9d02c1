"""The term of every acknowledgement on PostgreSQL: it rises when a standby is promoted or a dump restored."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from central.errors import UnavailableError
from central.store.postgres import Connection
from central.work import published_file

FILE_NAME: Final = "lineage.json"
"""Beside server.json: what a database that went back would have forgotten."""
# Not pg_control_checkpoint(): for a while after a promotion its checkpoint is still the old line's.
_HERE: Final = """
SELECT system_identifier::text,
  ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint
FROM pg_control_system()
"""
_NOTE: Final = """
INSERT INTO lineage (system, timeline, term, opened) VALUES (%s, %s, %s, 1)
ON CONFLICT (lea, school) DO UPDATE SET system = excluded.system, timeline = excluded.timeline,
  term = excluded.term, opened = lineage.opened + 1
"""


@dataclass(frozen=True, slots=True)
class Lineage:
    """`system` is drawn when a cluster is made, its standbys share it; a promotion raises `timeline`."""

    system: str
    timeline: int

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """Ask a server that takes writes."""
        ((system, timeline),) = connection.execute(_HERE).fetchall()
        return cls(system, timeline)


@dataclass(frozen=True, slots=True)
class Noted:
    """The line that was written at some time, and the term stations were told then."""

    lineage: Lineage
    term: int


def settle(connection: Connection, path: Path, floor: int) -> int:
    """Return the term to acknowledge in; noted in the database and in the file at `path` when this returns.

    `connection` may write and holds the lock of its school. `floor` is the term server.json tells.
    Always writes, and so returns only when a synchronous standby has all that was ever committed
    here: a server that fell while its standby was away shows rows the standby lacks, and an answer
    that was found in them must not be given again. Raises UnavailableError, or OSError for the file.
    """
    here = Lineage.of(connection)
    term = term_on(here, [*_in_file(path), *_in_database(connection)], floor)
    connection.execute(_NOTE, (here.system, here.timeline, term))
    note = {"v": 1, "system": here.system, "timeline": here.timeline, "term": term}
    published_file.replace(path, json.dumps(note))
    return term


def term_on(here: Lineage, noted: list[Noted], floor: int) -> int:
    """Return the term of this line, given what was noted in different places of it and of earlier ones.

    Never lower than `floor` or any that was noted; higher where the line is another one. Raises
    UnavailableError for a line that was left behind.
    """
    same = [one for one in noted if one.lineage.system == here.system]
    if any(one.lineage.timeline > here.timeline for one in same):
        msg = (
            f"this PostgreSQL server is on timeline {here.timeline}, and a standby of it was promoted since;"
            " let [postgres] url name that one, and make this one its standby"
        )
        raise UnavailableError(msg)
    risen = [one.term + here.timeline - one.lineage.timeline for one in same]
    # Another cluster, filled from a dump: its timelines begin anew and tell nothing.
    moved = [one.term + 1 for one in noted if not same]
    return max([floor, *(one.term for one in noted), *risen, *moved])


def _in_file(path: Path) -> Iterator[Noted]:
    try:
        told = json.loads(path.read_text(encoding="ascii"))
        yield Noted(Lineage(str(told["system"]), int(told["timeline"])), int(told["term"]))
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        # Never guessed: stations would refuse a term that is too low, and take one of a server left behind.
        msg = f"{path} cannot be read ({error}); restore it from a backup, or remove it if there is none"
        raise UnavailableError(msg) from error


def _in_database(connection: Connection) -> Iterator[Noted]:
    for system, timeline, term in connection.execute("SELECT system, timeline, term FROM lineage"):
        yield Noted(Lineage(str(system), int(timeline)), int(term))
