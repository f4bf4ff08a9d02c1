"""The statements by which evidence.sqlite is asked and added to; nothing in it is ever changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from central.intake import schema
from central.intake.mark import Mark
from station import chain
from sync_agent import wire
from sync_agent.signing import VerifyKey

ANSWERS_KEPT: Final = 256
"""So many requests back, an answer that added no entries is kept to be given again."""
REQUESTS_KEPT: Final = 20_000
"""So many requests back, a request is known to have been answered: a week of polls every 30 s."""
REFUSALS_A_DAY: Final = 100
"""So many refused keys of one reason are kept in a day; whoever tries more fills the log, not the disk."""
_DAY_MS: Final = 86_400_000

REFUSED: Final = b""
"""Stands for the answer of a request that was refused and may be judged again."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message exactly as received, when (ms UTC), and its SHA-256."""

    received_ms: int
    data: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """How far one epoch of a station is held; `token` is what its next request must show."""

    seq: int
    h: bytes
    token: str | None
    inc: str

    @property
    def position(self) -> wire.Position:
        """Return the place without what belongs to it."""
        return wire.Position(self.seq, self.h)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A request that came before; `answer` is None where it is no longer kept."""

    digest: bytes
    answer: bytes | None

    @property
    def was_refused(self) -> bool:
        """Whether it was not carried out, so that it may be judged again."""
        return self.answer == REFUSED


class Evidence:
    """The one writing connection, used by one thread; every method but `close` inside begin and commit."""

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

    def newest(self) -> tuple[int, bytes] | None:
        """Return the place of the last batch received and the digest of its bytes, None before the first."""
        row = self._do("SELECT srv_seq, digest FROM batch ORDER BY srv_seq DESC LIMIT 1").fetchone()
        return None if row is None else (int(row[0]), bytes(row[1]))

    def digest_at(self, srv_seq: int) -> bytes | None:
        """Return the digest of the batch at a place, None where there is none."""
        row = self._do("SELECT digest FROM batch WHERE srv_seq = ?", (srv_seq,)).fetchone()
        return None if row is None else bytes(row[0])

    def begin(self) -> None:
        """Take the write lock."""
        self._do("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Return when everything since `begin` is on the disk."""
        self._do("COMMIT")
        newest = self.newest() if self._mark is not None else None
        if self._mark is not None and newest is not None:
            self._mark.note(*newest)

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

    def head(self, station: str, epoch: int) -> Head | None:
        """Return how far an epoch is held, None for one that is not registered."""
        sql = "SELECT seq, h, token, inc FROM station_head WHERE station = ? AND epoch = ?"
        row = self._do(sql, (station, epoch)).fetchone()
        return None if row is None else Head(*row)

    def hash_at(self, station: str, epoch: int, seq: int) -> bytes:
        """Return the hash of an entry that is held, recomputed from its batch; raises WireError."""
        if seq == 0:
            return chain.START
        row = self._do(
            "SELECT last_seq, last_h, bytes FROM batch WHERE station = ? AND epoch = ? AND first_seq <= ?"
            " ORDER BY first_seq DESC LIMIT 1",
            (station, epoch, seq),
        ).fetchone()
        last_seq, last_h, data = row
        if seq == last_seq:
            return bytes(last_h)
        batch = wire.unpack(data, wire.MAX_MESSAGE_BYTES)
        h = batch.envelope.prev
        for body in batch.bodies[: seq - batch.envelope.first + 1]:
            h = chain.link(h, body)
        return h

    def newest_by_line(self, station: str, epoch: int) -> int:
        """Return the last sequence a station itself sent, 0 where all of it was carried here by hand."""
        rows = self._do(
            "SELECT last_seq, bytes FROM batch WHERE station = ? AND epoch = ? ORDER BY first_seq DESC",
            (station, epoch),
        )
        for last_seq, data in rows:
            if wire.unpack(data, wire.MAX_MESSAGE_BYTES).envelope.via == wire.LINE:
                return int(last_seq)
        return 0

    def add(self, batch: wire.Batch, first_seq: int, arrived: Arrived, answer: bytes) -> int:
        """Keep a batch whose entries from `first_seq` on are new; return its place among all received."""
        envelope = batch.envelope
        where = (envelope.station, envelope.epoch, first_seq, envelope.last, envelope.batch_h)
        cursor = self._do(
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

    def remembered(self, envelope: wire.Envelope) -> Remembered | None:
        """Return the earlier request of this number and nonce, if there was one."""
        row = self._do(
            "SELECT r.request_digest, coalesce(r.answer, b.answer) FROM replay r"
            " LEFT JOIN batch b ON b.srv_seq = r.srv_seq"
            " WHERE r.station = ? AND r.epoch = ? AND r.sync_no = ? AND r.nonce = ?",
            _request(envelope),
        ).fetchone()
        return None if row is None else Remembered(*row)

    def remember(
        self, envelope: wire.Envelope, digest: bytes, *, srv_seq: int | None, answer: bytes | None
    ) -> None:
        """Remember a request by where its answer is, and forget what nobody can still be waiting for."""
        self._do(
            "INSERT INTO replay (station, epoch, sync_no, nonce, request_digest, srv_seq, answer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET srv_seq = excluded.srv_seq, answer = excluded.answer",
            (*_request(envelope), digest, srv_seq, answer),
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

    def set_aside(self, station: str, epoch: int, reason: str, arrived: Arrived) -> None:
        """Keep bytes that are authentic and must not count; the same bytes are kept once."""
        self._do(
            "INSERT INTO quarantine (station, epoch, reason, received_ms, bytes, digest)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING",
            (station, epoch, reason, arrived.received_ms, arrived.data, arrived.digest),
        )

    def registered_ms(self, station: str, epoch: int) -> int | None:
        """Return when an epoch was registered, None when it was not."""
        sql = "SELECT registered_ms FROM epoch WHERE station = ? AND epoch = ?"
        row = self._do(sql, (station, epoch)).fetchone()
        return None if row is None else int(row[0])

    def register(self, registration: wire.Registration, arrived: Arrived, inc: str) -> None:
        """Make an epoch known, with nothing held of it yet."""
        where = (registration.station, registration.epoch)
        self._do(
            "INSERT INTO epoch (station, epoch, registered_ms, bytes, prev_epoch) VALUES (?, ?, ?, ?, ?)",
            (*where, arrived.received_ms, arrived.data, registration.prev_epoch),
        )
        self._do(
            "INSERT INTO station_head (station, epoch, seq, h, token, inc) VALUES (?, ?, 0, ?, NULL, ?)",
            (*where, chain.START, inc),
        )

    def countersign(self, station: str, day: str, sha256: str, received_ms: int, signed: str) -> None:
        """Keep what a station signed under a certificate; the same once."""
        self._do(
            "INSERT INTO countersignature (station, day, sha256, received_ms, signed) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (station, day, sha256, received_ms, signed),
        )

    def enrolled(self, token: str) -> tuple[str, str] | None:
        """Return the station and the kid of the key a token (its SHA-256, hex) has brought, None before."""
        row = self._do("SELECT station, kid FROM enrolment WHERE token = ?", (token,)).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def enrol(self, token: str, station: str, key: VerifyKey, received_ms: int) -> None:
        """Keep the one key a token brings; raises sqlite3.IntegrityError for a second one."""
        self._do(
            "INSERT INTO enrolment (token, station, kid, public, received_ms) VALUES (?, ?, ?, ?, ?)",
            (token, station, key.kid, key.public.hex(), received_ms),
        )

    def refuse_key(self, shown: str, station: str, kid: str, reason: str, received_ms: int) -> None:
        """Keep that a key was refused, the same once; of one reason no more than so many in a day."""
        self._do(
            "INSERT INTO enrolment_refusal (station, token, kid, reason, received_ms)"
            " SELECT ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM enrolment_refusal"
            " WHERE reason = ? AND received_ms > ?) < ? ON CONFLICT DO NOTHING",
            (station, shown, kid, reason, received_ms, reason, received_ms - _DAY_MS, REFUSALS_A_DAY),
        )

    def successor(self, station: str, after_kid: str) -> str | None:
        """Return the kid of the key that follows one of a station's, None where none does."""
        sql = "SELECT kid FROM rotation WHERE station = ? AND after_kid = ? ORDER BY received_ms LIMIT 1"
        row = self._do(sql, (station, after_kid)).fetchone()
        return None if row is None else str(row[0])

    def rotate(self, station: str, after_kid: str, key: VerifyKey, received_ms: int) -> None:
        """Keep the key that follows one of a station's; sqlite3.IntegrityError where it is there."""
        self._do(
            "INSERT INTO rotation (station, kid, public, after_kid, received_ms) VALUES (?, ?, ?, ?, ?)",
            (station, key.kid, key.public.hex(), after_kid, received_ms),
        )


def _request(envelope: wire.Envelope) -> tuple[str, int, int, str]:
    return envelope.station, envelope.epoch, envelope.sync_no, envelope.nonce
