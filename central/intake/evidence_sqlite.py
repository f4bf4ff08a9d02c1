"""The evidence in a file of this machine, evidence.sqlite."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from central.intake import schema
from central.intake.evidence import ANSWERS_KEPT, REQUESTS_KEPT, Arrived, Evidence, Head, request_key
from central.intake.mark import Mark
from sync_agent import wire


class SqliteEvidence(Evidence):
    """The one writing connection to the file."""

    def __init__(self, connection: sqlite3.Connection, mark: Mark | None = None) -> None:
        self._connection = connection
        self._mark = mark
        self._do = connection.execute
        self.is_sound = True

    @classmethod
    def open(cls, path: Path, mark: Mark | None = None) -> Self:
        """Open the file at `path`; raises UnavailableError or ConfigError.

        `mark` is told now and then how far the file has come.
        """
        return cls(schema.open_file(path), mark)

    def close(self) -> None:
        """Give up whatever is not committed and close the file."""
        self._connection.close()

    def begin(self, about: Sequence[wire.Envelope] = ()) -> None:
        """Take the write lock; nothing needs to be fetched for what comes."""
        del about
        self._do("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Return when everything since `begin` is on the disk."""
        self._do("COMMIT")
        newest = self.newest() if self._mark is not None else None
        if self._mark is not None and newest is not None:
            self._mark.note(*newest)

    def rest(self) -> None:
        """Move the log into the file, as far as those who read let it."""
        self._do("PRAGMA wal_checkpoint(PASSIVE)")

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Undo what is done inside when it ends in an error, and nothing else.

        `is_sound` tells afterwards whether that worked; if not, the transaction is lost as a whole.
        """
        self.is_sound = False
        self._do("SAVEPOINT one")
        try:
            yield
        except BaseException:
            # Some errors have ended the whole transaction already, savepoint and all.
            if self._connection.in_transaction:
                self._do("ROLLBACK TO one")
                self._do("RELEASE one")
                self.is_sound = True
            raise
        self._do("RELEASE one")
        self.is_sound = True

    def add(self, batch: wire.Batch, first_seq: int, arrived: Arrived, answer: bytes) -> int:
        """Keep a batch whose entries from `first_seq` on are new; return its place among all received."""
        envelope = batch.envelope
        where = (envelope.station, envelope.epoch, first_seq, envelope.last, envelope.batch_h)
        cursor = self._connection.execute(
            "INSERT INTO batch"
            " (station, epoch, first_seq, last_seq, last_h, received_ms, bytes, digest, answer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*where, arrived.received_ms, arrived.data, arrived.digest, answer),
        )
        return int(cursor.lastrowid or 0)

    def move(self, station: str, epoch: int, head: Head) -> None:
        """Note how far an epoch is held now, and what its next request must show."""
        self._do(
            "UPDATE station_head SET seq = ?, h = ?, token = ?, inc = ? WHERE station = ? AND epoch = ?",
            (head.seq, head.h, head.token, head.inc, station, epoch),
        )

    def remember(
        self, envelope: wire.Envelope, digest: bytes, *, srv_seq: int | None, answer: bytes | None
    ) -> None:
        """Remember a request by where its answer is, and forget what nobody can still be waiting for."""
        self._do(
            "INSERT INTO replay (station, epoch, sync_no, nonce, request_digest, srv_seq, answer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET srv_seq = excluded.srv_seq, answer = excluded.answer",
            (*request_key(envelope), digest, srv_seq, answer),
        )
        whose = (envelope.station, envelope.epoch)
        self._do(
            "UPDATE replay SET answer = NULL WHERE station = ? AND epoch = ? AND sync_no = ?",
            (*whose, envelope.sync_no - ANSWERS_KEPT),
        )
        self._do(
            "DELETE FROM replay WHERE station = ? AND epoch = ? AND sync_no = ? AND srv_seq IS NULL",
            (*whose, envelope.sync_no - REQUESTS_KEPT),
        )
