"""What central has not acknowledged yet: the journal seen from the agent's cursors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from station import chain
from station.errors import ChainError, EntryError
from station.journal import JournalReader, Row
from station.tap import Kind, decode
from sync_agent.memory import Memory
from sync_agent.standing import Peer
from sync_agent.wire import MAX_BODY_BYTES, MAX_ENTRIES, Position

# What the agent itself had journalled is no reason to hurry.
_OWN = frozenset({Kind.BEACON, Kind.SEAL})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one batch may hold: entries, and bytes of their bodies."""

    entries: int = MAX_ENTRIES
    body_bytes: int = MAX_BODY_BYTES

    def within(self, entries: int, body_bytes: int) -> "Limits":
        """Return limits that exceed neither these nor the ones given; one entry may always go."""
        return Limits(max(1, min(self.entries, entries)), max(1, min(self.body_bytes, body_bytes)))

    def halved(self) -> "Limits":
        """Return half of these."""
        return Limits(max(1, self.entries // 2), max(1, self.body_bytes // 2))

    def doubled(self) -> "Limits":
        """Return twice these, up to the protocol's own limits."""
        return Limits(2 * self.entries, 2 * self.body_bytes).within(MAX_ENTRIES, MAX_BODY_BYTES)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Entries to be sent together and the journal's head when they were read."""

    bodies: Sequence[bytes]
    last: Position
    head: Position


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many entries of all epochs are not acknowledged, and where the newest epoch ends."""

    entries: int
    epoch: int | None
    head: Position


class Outbox:
    """The journal and the agent's memory, joined; it reads the one and writes neither.

    Raises JournalError and MemoryFileError.
    """

    def __init__(self, journal: JournalReader, memory: Memory) -> None:
        self._journal = journal
        self._memory = memory

    def epoch_in_turn(self) -> int | None:
        """Return the epoch to speak of next, None while there is no journal.

        The oldest epoch central lacks something of comes first. When central's store has begun a new
        life, every epoch it has not acknowledged in that life is greeted again, because the old
        acknowledgements say nothing about the new store.
        """
        epochs = self._journal.epochs()
        inc = self._memory.standing().inc
        broken = self.broken_epochs()
        for epoch in epochs:
            if epoch in broken:
                continue
            peer = self._memory.peer(epoch)
            if not peer.is_registered or peer.inc != inc or self._journal.head(epoch).seq > peer.acked.seq:
                return epoch
        return epochs[-1] if epochs else None

    def broken_epochs(self) -> list[int]:
        """Return the epochs of which no more can be sent: the next entry was lost with a damaged disk.

        What stands behind the hole cannot be chained to what central holds; it is carried instead.
        """
        *older, _ = self._journal.epochs() or [0]
        return [epoch for epoch in older if self._is_broken(epoch)]

    def _is_broken(self, epoch: int) -> bool:
        holes = self._journal.holes(epoch)
        following = self._memory.peer(epoch).acked.seq + 1 if holes else 0
        return any(first <= following <= last for first, last in holes)

    def parcel(self, peer: Peer, limits: Limits) -> Parcel:
        """Return the next entries of an epoch after its cursor, as many as the limits allow.

        Raises ChainError when the very next entry is not the one the chain needs: a journal that
        was damaged goes no further than its sound part.
        """
        found = self._journal.rows(peer.epoch, peer.acked.seq, limits.entries)
        rows = _sound(peer.acked.h, _fitting(found, limits.body_bytes))
        head = self._journal.head(peer.epoch)
        last = Position(rows[-1].seq, rows[-1].h) if rows else peer.acked
        return Parcel([row.body for row in rows], last, Position(head.seq, head.h))

    def hash_at(self, epoch: int, seq: int) -> bytes | None:
        """Return the journal's hash at a place, None beyond its end or in an epoch it does not hold."""
        if seq == 0:
            return chain.START
        pending = self._memory.pending()
        # A journal may have been replaced while a request was on its way.
        if pending is not None and (pending.epoch, pending.last) == (epoch, seq):
            return pending.batch_h
        if epoch not in self._journal.epochs():
            return None
        rows = self._journal.rows(epoch, seq - 1, 1)
        return rows[0].h if rows else None

    def genesis(self, epoch: int) -> dict[str, object]:
        """Return the payload of an epoch's first entry, empty when it cannot be read."""
        rows = self._journal.rows(epoch, 0, 1)
        try:
            payload = decode(rows[0].body).payload if rows else None
        except EntryError:
            return {}
        return dict(payload) if isinstance(payload, dict) else {}

    def has_news(self) -> bool:
        """Say whether entries wait that the agent did not itself have journalled."""
        broken = self.broken_epochs()
        for epoch in self._journal.epochs():
            if epoch in broken:
                continue
            rows = self._journal.rows(epoch, self._memory.peer(epoch).acked.seq)
            if any(_kind(row) not in _OWN for row in rows) or len(rows) == MAX_ENTRIES:
                return True
        return False

    def backlog(self) -> Backlog:
        """Return how much waits."""
        waiting, newest, end = 0, None, Position(0, chain.START)
        for epoch in self._journal.epochs():
            head, peer = self._journal.head(epoch), self._memory.peer(epoch)
            waiting += max(0, head.seq - max(peer.acked.seq, peer.carried_seq))
            newest, end = epoch, Position(head.seq, head.h)
        return Backlog(waiting, newest, end)

    def rewound(self, peer: Peer, seq: int) -> Peer | None:
        """Return the cursor set back to `seq`, None when the journal has no such place."""
        h = self.hash_at(peer.epoch, seq)
        return None if h is None else replace(peer, acked=Position(seq, h))


def _fitting(rows: Sequence[Row], body_bytes: int) -> Sequence[Row]:
    size = 0
    for count, row in enumerate(rows):
        size += len(row.body) + 1
        # An entry larger than any batch goes alone: it must not hold up those behind it.
        if size > body_bytes and count:
            return rows[:count]
    return rows


def _sound(prev: bytes, rows: Sequence[Row]) -> Sequence[Row]:
    try:
        chain.verify(prev, ((row.body, row.h) for row in rows))
    except ChainError as error:
        if error.index == 0:
            raise
        return rows[: error.index]
    return rows


def _kind(row: Row) -> str:
    try:
        return decode(row.body).kind
    except EntryError:
        return ""
