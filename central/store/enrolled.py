"""Which keys stations brought, and which were refused, as the intake keeps them."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from central.errors import UnavailableError

# Before this version of its schema a file holds no keys.
_SINCE: Final = 3
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Brought:
    """The one key a token (its SHA-256, hex) has brought; `public` is hex."""

    digest: str
    station: str
    public: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A key that was refused; `shown` is the digest of the token, or the kid of the key before."""

    station: str
    shown: str
    kid: str
    reason: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Successor:
    """A station's key that follows another, whose kid is `after_kid`; `public` is hex."""

    station: str
    kid: str
    public: str
    after_kid: str


class BroughtKeys:
    """What the intake keeps of keys; every call opens the file and closes it. All raise UnavailableError."""

    def __init__(self, evidence: Path) -> None:
        self._path = evidence

    def under(self, digests: Iterable[str]) -> list[Brought]:
        """Return what these tokens have brought."""
        wanted = list(digests)
        found: list[Brought] = []
        with self._reading() as connection:
            for start in range(0, len(wanted) if connection else 0, _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(some))
                query = f"SELECT token, station, public FROM enrolment WHERE token IN ({marks})"  # noqa: S608  marks alone
                found += [Brought(*row) for row in _rows(connection, query, *some)]
        return found

    def refusals(self, since: datetime | None) -> list[Refusal]:
        """Return what was refused at an instant or later, the earliest first."""
        query = (
            "SELECT station, token, kid, reason, received_ms FROM enrolment_refusal"
            " WHERE received_ms >= ? ORDER BY received_ms, id"
        )
        since_ms = 0 if since is None else (since - _EPOCH) // timedelta(milliseconds=1)
        with self._reading() as connection:
            return [
                Refusal(station, shown, kid, reason, _EPOCH + timedelta(milliseconds=int(received_ms)))
                for station, shown, kid, reason, received_ms in _rows(connection, query, since_ms)
            ]

    def successors(self) -> list[Successor]:
        """Return every key that follows another, the earliest first."""
        query = "SELECT station, kid, public, after_kid FROM rotation ORDER BY received_ms"
        with self._reading() as connection:
            return [Successor(*row) for row in _rows(connection, query)]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Give the file, None where it holds no keys yet."""
        if not self._path.exists():
            yield None
            return
        try:
            with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                holds = connection.execute("PRAGMA user_version").fetchone()[0] >= _SINCE
                yield connection if holds else None
        except sqlite3.Error as error:
            msg = f"the evidence in {self._path} cannot be read ({error}); see whether the file was moved"
            raise UnavailableError(msg) from error


def _rows(connection: sqlite3.Connection | None, query: str, *values: object) -> Iterable[tuple[str, ...]]:
    return [] if connection is None else connection.execute(query, values).fetchall()
