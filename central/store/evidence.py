"""The read side of the intake's database: batches as they were received, in the order they came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from central.store.reading import Place, ask_once, reading
from sync_agent import wire

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEWEST: Final = (
    # The newest of each journal, by the index; a year's batches are not read for it.
    "SELECT newest.station, newest.received_ms, newest.last_seq FROM station_head head "
    "JOIN batch newest ON newest.srv_seq = (SELECT srv_seq FROM batch WHERE batch.station = head.station "
    "AND batch.epoch = head.epoch ORDER BY first_seq DESC LIMIT 1) ORDER BY newest.srv_seq"
)
# Before this version of its schema a file holds no countersignatures.
_COUNTERSIGNED_SINCE: Final = 2
_AT_ONCE: Final = 500
_ALL: Final = 2**63 - 1
_JOURNAL_COLUMNS: Final = "srv_seq, station, epoch, first_seq, last_seq, received_ms, bytes"


@dataclass(frozen=True, slots=True)
class Arrival:
    """That a batch of one journal came in, and as which."""

    server_sequence: int
    station: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Contact:
    """The newest batch of one station: when it came in and how far its journal had come."""

    at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Said:
    """What one batch says of its station beside its entries; `received_ms` is UTC."""

    server_sequence: int
    station: str
    received_ms: int
    boot: int
    is_by_hand: bool
    health: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SetAside:
    """One message the intake kept but did not take into its journal; `received_ms` is UTC."""

    id: int
    station: str
    epoch: int
    reason: str
    """fork, rollback, clone, broken-chain or revoked."""
    received_ms: int


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """One batch with its bytes as received; `received_ms` is UTC.

    `first_sequence` is the first entry it added; its bytes may begin with entries held before.
    """

    server_sequence: int
    station: str
    epoch: int
    first_sequence: int
    last_sequence: int
    received_ms: int
    data: bytes

    def open(self) -> wire.Batch:
        """Take the bytes apart; raises WireError when they are not what the intake stored."""
        return wire.unpack(self.data, wire.MAX_MESSAGE_BYTES)


class Evidence:
    """What stations sent, read without ever holding the intake up; nothing before the first came."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def is_begun(self) -> bool:
        """Return whether an intake ever opened it."""
        with reading(self._place) as ask:
            return ask is not None

    def arrivals(self, after: int, limit: int) -> list[Arrival]:
        """Return up to `limit` batches after a server sequence, oldest first."""
        query = "SELECT srv_seq, station, epoch FROM batch WHERE srv_seq > ? ORDER BY srv_seq LIMIT ?"
        return [Arrival(*row) for row in self._ask(query, after, limit)]

    def newest(self) -> int:
        """Return the server sequence of the last batch, 0 before the first."""
        rows = self._ask("SELECT max(srv_seq) FROM batch")
        return rows[0][0] or 0 if rows else 0

    def said(self, after: int, limit: int) -> list[Said]:
        """Return what up to `limit` batches after a server sequence say beside entries, oldest first."""
        query = "SELECT srv_seq, received_ms, bytes FROM batch WHERE srv_seq > ? ORDER BY srv_seq LIMIT ?"
        return [_said(*row) for row in self._ask(query, after, limit)]

    def journals(self) -> list[tuple[str, int, int]]:
        """Return station, epoch and last sequence of every journal something was stored of."""
        rows = self._ask("SELECT station, epoch, seq FROM station_head WHERE seq > 0 ORDER BY station, epoch")
        return [(station, epoch, seq) for station, epoch, seq in rows]

    def contacts(self) -> dict[str, Contact]:
        """Return each station's newest contact."""
        return {
            station: Contact(_EPOCH + timedelta(milliseconds=received_ms), sequence)
            for station, received_ms, sequence in self._ask(_NEWEST)
        }

    def batch(self, server_sequence: int) -> StoredBatch | None:
        """Return one batch, None where there is none of that server sequence."""
        query = f"SELECT {_JOURNAL_COLUMNS} FROM batch WHERE srv_seq = ?"  # noqa: S608  our own constant
        return next(iter(_batches(self._ask(query, server_sequence))), None)

    def held_before(self, station: str, received_ms: int, back: int) -> dict[int, int]:
        """Return by epoch of a station from which entry on to read for what came in since an instant.

        That is the first entry of the batch `back` batches before; 1 where there are not so many.
        Journals of which nothing came in since are left out.
        """
        since = "SELECT DISTINCT epoch FROM batch WHERE station = ? AND received_ms >= ?"
        earlier = (
            "SELECT first_seq FROM batch WHERE station = ? AND epoch = ? AND received_ms < ?"
            " ORDER BY first_seq DESC LIMIT 1 OFFSET ?"
        )
        found: dict[int, int] = {}
        with reading(self._place) as ask:
            if ask is None:
                return found
            for (epoch,) in ask(since, station, received_ms):
                rows = ask(earlier, station, epoch, received_ms, back - 1)
                found[epoch] = rows[0][0] if rows else 1
        return found

    def journal(
        self,
        station: str,
        epoch: int,
        *,
        beyond: int = 0,
        up_to: int | None = None,
        limit: int | None = None,
    ) -> list[StoredBatch]:
        """Return a journal's batches that hold entries beyond a sequence, in the journal's order.

        `up_to` leaves out batches that came in after that server sequence; no more than `limit` come.
        """
        query = (
            f"SELECT {_JOURNAL_COLUMNS} FROM batch WHERE station = ? AND epoch = ? AND last_seq > ? "  # noqa: S608  our own constant
            "AND srv_seq <= ? ORDER BY first_seq LIMIT ?"
        )
        newest = _ALL if up_to is None else up_to
        return _batches(self._ask(query, station, epoch, beyond, newest, limit or _ALL))

    def set_aside(self, after: int, limit: int) -> list[SetAside]:
        """Return up to `limit` messages set aside after one of that id, oldest first."""
        query = (
            "SELECT id, station, epoch, reason, received_ms FROM quarantine WHERE id > ? ORDER BY id LIMIT ?"
        )
        return [SetAside(*row) for row in self._ask(query, after, limit)]

    def set_aside_counts(self) -> list[tuple[str, str, int, int, int]]:
        """Return station, reason, how many messages, and when the first and the last came in (ms UTC)."""
        rows = self._ask(
            "SELECT station, reason, count(*), min(received_ms), max(received_ms) FROM quarantine"
            " GROUP BY station, reason ORDER BY station, reason"
        )
        return [(station, reason, count, first, last) for station, reason, count, first, last in rows]

    def received_ms_of(self, server_sequences: Iterable[int]) -> dict[int, int]:
        """Return when these batches came in (ms UTC), by server sequence; unknown ones are left out."""
        wanted = sorted(set(server_sequences))
        found: dict[int, int] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            query = f"SELECT srv_seq, received_ms FROM batch WHERE srv_seq IN ({marks})"  # noqa: S608  only question marks
            found.update((srv_seq, received_ms) for srv_seq, received_ms in self._ask(query, *some))
        return found

    def countersignatures(self, station: str, day: str) -> list[str]:
        """Return what a station signed under a day's certificates: Signed objects, the oldest first."""
        query = (
            "SELECT signed FROM countersignature WHERE station = ? AND day = ? ORDER BY received_ms, sha256"
        )
        rows = ask_once(self._place, query, station, day, since=_COUNTERSIGNED_SINCE)
        return [signed for (signed,) in rows]

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return ask_once(self._place, query, *values)


def _said(server_sequence: int, received_ms: int, data: bytes) -> Said:
    """Return what a batch says; bytes that were spoiled since say nothing of anybody."""
    try:
        envelope = wire.unpack(data, wire.MAX_MESSAGE_BYTES).envelope
    except wire.WireError:
        return Said(server_sequence, "", received_ms, 0, is_by_hand=False, health={})
    is_by_hand = envelope.via == wire.USB
    return Said(server_sequence, envelope.station, received_ms, envelope.boot, is_by_hand, envelope.health)


def _batches(rows: Sequence[Sequence[object]]) -> list[StoredBatch]:
    return [StoredBatch(*row) for row in rows]  # type: ignore[arg-type]  # the STRICT table gives the types
