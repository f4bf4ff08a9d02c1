"""Published: the statements by which the evidence is asked and added to; nothing in it is ever changed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

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
_BEYOND: Final = 2**63 - 1

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


class Rows(Protocol):
    """What a statement found."""

    def fetchone(self) -> Any:  # noqa: ANN401  a row is what its statement asks for
        """Return the next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """Return what is left."""


class Evidence(ABC):
    """The one writing connection, used by one thread at a time; either store understands the statements.

    A judge works between `begin` and `commit`, inside `apart`.
    """

    is_sound: bool
    _do: Callable[..., Rows]

    @abstractmethod
    def close(self) -> None:
        """Give up whatever is not committed, and the connection."""

    @abstractmethod
    def begin(self, about: Sequence[wire.Envelope] = ()) -> None:
        """Begin a transaction; `about` is which batches it will judge, as far as that is known."""

    @abstractmethod
    def commit(self) -> None:
        """Return when everything since `begin` is on the disk."""

    @abstractmethod
    def rest(self) -> None:
        """Do what makes others wait, now that nobody does."""

    @abstractmethod
    def apart(self) -> AbstractContextManager[None]:
        """Undo what is done inside when it ends in an error, and nothing else.

        `is_sound` tells afterwards whether that worked; if not, the transaction is lost as a whole.
        """

    def newest(self) -> tuple[int, bytes] | None:
        """Return the place of the last batch received and the digest of its bytes, None before the first."""
        row = self._do("SELECT srv_seq, digest FROM batch ORDER BY srv_seq DESC LIMIT 1").fetchone()
        return None if row is None else (int(row[0]), bytes(row[1]))

    def digest_at(self, srv_seq: int) -> bytes | None:
        """Return the digest of the batch at a place, None where there is none."""
        row = self._do("SELECT digest FROM batch WHERE srv_seq = ?", (srv_seq,)).fetchone()
        return None if row is None else bytes(row[0])

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
        return hash_inside(seq, *row)

    def newest_by_line(self, station: str, epoch: int) -> int:
        """Return the last sequence a station itself sent, 0 where all of it was carried here by hand."""
        sql = (
            "SELECT first_seq, last_seq, bytes FROM batch WHERE station = ? AND epoch = ? AND first_seq < ?"
            " ORDER BY first_seq DESC LIMIT 16"
        )
        before = _BEYOND
        while rows := self._do(sql, (station, epoch, before)).fetchall():
            for first_seq, last_seq, data in rows:
                if wire.unpack(data, wire.MAX_MESSAGE_BYTES).envelope.via == wire.LINE:
                    return int(last_seq)
                before = first_seq
        return 0

    @abstractmethod
    def add(self, batch: wire.Batch, first_seq: int, arrived: Arrived, answer: bytes) -> int:
        """Keep a batch whose entries from `first_seq` on are new; return its place among all received."""

    @abstractmethod
    def move(self, station: str, epoch: int, head: Head) -> None:
        """Note how far an epoch is held now, and what its next request must show."""

    def remembered(self, envelope: wire.Envelope) -> Remembered | None:
        """Return the earlier request of this number and nonce, if there was one."""
        row = self._do(
            "SELECT r.request_digest, coalesce(r.answer, b.answer) FROM replay r"
            " LEFT JOIN batch b ON b.srv_seq = r.srv_seq"
            " WHERE r.station = ? AND r.epoch = ? AND r.sync_no = ? AND r.nonce = ?",
            request_key(envelope),
        ).fetchone()
        return None if row is None else Remembered(*row)

    @abstractmethod
    def remember(
        self, envelope: wire.Envelope, digest: bytes, *, srv_seq: int | None, answer: bytes | None
    ) -> None:
        """Remember a request by where its answer is, and forget what nobody can still be waiting for."""

    def set_aside(self, station: str, epoch: int, reason: str, arrived: Arrived) -> None:
        """Keep bytes that are authentic and must not count; the same bytes are kept once."""
        self._do(
            "INSERT INTO quarantine (id, station, epoch, reason, received_ms, bytes, digest)"
            " SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ?, ?, ? FROM quarantine WHERE true"
            " ON CONFLICT DO NOTHING",
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
        """Keep the one key a token brings; the store refuses a second one."""
        self._do(
            "INSERT INTO enrolment (token, station, kid, public, received_ms) VALUES (?, ?, ?, ?, ?)",
            (token, station, key.kid, key.public.hex(), received_ms),
        )

    def refuse_key(self, shown: str, station: str, kid: str, reason: str, received_ms: int) -> None:
        """Keep that a key was refused, the same once; of one reason no more than so many in a day."""
        self._do(
            "INSERT INTO enrolment_refusal (id, station, token, kid, reason, received_ms)"
            " SELECT (SELECT coalesce(max(id), 0) + 1 FROM enrolment_refusal), ?, ?, ?, ?, ?"
            " WHERE (SELECT count(*) FROM enrolment_refusal"
            " WHERE reason = ? AND received_ms > ?) < ? ON CONFLICT DO NOTHING",
            (station, shown, kid, reason, received_ms, reason, received_ms - _DAY_MS, REFUSALS_A_DAY),
        )

    def successor(self, station: str, after_kid: str) -> str | None:
        """Return the kid of the key that follows one of a station's, None where none does."""
        sql = "SELECT kid FROM rotation WHERE station = ? AND after_kid = ? ORDER BY received_ms LIMIT 1"
        row = self._do(sql, (station, after_kid)).fetchone()
        return None if row is None else str(row[0])

    def rotate(self, station: str, after_kid: str, key: VerifyKey, received_ms: int) -> None:
        """Keep the key that follows one of a station's; the store refuses the same key twice."""
        self._do(
            "INSERT INTO rotation (station, kid, public, after_kid, received_ms) VALUES (?, ?, ?, ?, ?)",
            (station, key.kid, key.public.hex(), after_kid, received_ms),
        )


def hash_inside(seq: int, last_seq: int, last_h: bytes, data: bytes) -> bytes:
    """Return the hash of an entry of a batch that ends at `last_seq`; raises WireError."""
    if seq == last_seq:
        return bytes(last_h)
    batch = wire.unpack(data, wire.MAX_MESSAGE_BYTES)
    h = batch.envelope.prev
    for body in batch.bodies[: seq - batch.envelope.first + 1]:
        h = chain.link(h, body)
    return h


def request_key(envelope: wire.Envelope) -> tuple[str, int, int, str]:
    """Return what names a request for ever."""
    return envelope.station, envelope.epoch, envelope.sync_no, envelope.nonce
