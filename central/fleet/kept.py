"""The agent's views of both its databases, made cheap to look through; what is written is the real thing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from central.fleet.kept_tables import KeptDatabase
from station.journal import Head, JournalReader
from station.journal.file import connect_to_read, refusal
from sync_agent.memory import Memory
from sync_agent.standing import Peer, Pending, Standing


class KeptReader(JournalReader):
    """A journal reader that keeps its connection, and what it found until the file changes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._connection: sqlite3.Connection | None = None
        self._version = 0
        self._epochs: list[int] | None = None
        self._heads: dict[int, Head] = {}

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def epochs(self) -> list[int]:
        """Return the epochs, oldest first."""
        if self._is_changed() or self._epochs is None:
            self._epochs = super().epochs()
        return list(self._epochs)

    def head(self, epoch: int) -> Head:
        """Return the newest entry of an epoch."""
        if self._is_changed() or epoch not in self._heads:
            self._heads[epoch] = super().head(epoch)
        return self._heads[epoch]

    def _is_changed(self) -> bool:
        if self._connection is None:
            return True
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return False
        self._version, self._epochs = version, None
        self._heads.clear()
        return True

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._connection is None:
                self._connection = connect_to_read(self._path)
            yield self._connection
        except sqlite3.Error as error:
            self.close()
            raise refusal(error, self._path) from error


class KeptMemory(Memory):
    """The agent's memory with what was read kept until something is written."""

    def __init__(self, db: Database, held: int, path: Path) -> None:
        super().__init__(KeptDatabase(db.conn), held, path)
        self._peers: dict[int, Peer] | None = None
        self._stands: Standing | None = None
        self._waits: tuple[Pending | None] | None = None

    def peer(self, epoch: int) -> Peer:
        """Return how far an epoch has come."""
        if self._peers is None:
            self._peers = {}
        if epoch not in self._peers:
            self._peers[epoch] = super().peer(epoch)
        return self._peers[epoch]

    def standing(self) -> Standing:
        """Return the standing."""
        if self._stands is None:
            self._stands = super().standing()
        return self._stands

    def pending(self) -> Pending | None:
        """Return the request that may be on its way."""
        if self._waits is None:
            self._waits = (super().pending(),)
        return self._waits[0]

    @contextmanager
    def _transaction(self) -> Iterator[Database]:
        self._peers = self._stands = self._waits = None
        with super()._transaction() as db:
            yield db
        self._peers = self._stands = self._waits = None
