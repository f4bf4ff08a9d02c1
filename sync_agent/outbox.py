"""What central has not acknowledged yet: the journal seen from the agent's cursors."""

from collections.abc import Sequence
from dataclasses import dataclass

from station import chain
from station.errors import ChainError, EntryError
from station.journal import MOST_ROWS, JournalReader, Row
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
        self._holes: dict[int, list[tuple[int, int]]] = {}
        self._holes_key: tuple[tuple[int, ...], int] | None = None

    def newest_epoch(self) -> int | None:
        """Return the epoch the station writes, None while there is no journal."""
        epochs = self._journal.epochs()
        return epochs[-1] if epochs else None

    def head(self, epoch: int) -> Position:
        """Return the newest place of an epoch of the journal."""
        head = self._journal.head(epoch)
        return Position(head.seq, head.h)

    def epoch_in_turn(self) -> int | None:
        """Return the epoch to speak of next, None while there is no journal.

        The oldest epoch central lacks something of comes first. When central's store has begun a new
        life, every epoch it has not acknowledged in that life is spoken of again, because the old
        acknowledgements say nothing about the new store.
        """
        epochs, inc = self._journal.epochs(), self._memory.standing().inc
        for epoch in epochs:
            if self._is_in_turn(self._memory.peer(epoch), inc):
                return epoch
        return epochs[-1] if epochs else None

    def _is_in_turn(self, peer: Peer, inc: str | None) -> bool:
        if peer.parted is not None:
            return peer.agreed_inc is None or peer.agreed_inc != inc
        if self._is_broken(peer):
            return peer.is_registered and peer.inc != inc
        has_more = self._journal.head(peer.epoch).seq > peer.acked.seq
        return not peer.is_registered or peer.inc != inc or has_more

    def epochs_to_carry(self) -> list[int]:
        """Return the epochs of which entries can reach central only inside another epoch, oldest first.

        Of a parted epoch nothing is sent any more; behind a hole, what follows cannot be chained to
        what central holds. None while the newest epoch is parted itself: what is carried would end
        where nothing is sent of.
        """
        peers = [self._memory.peer(epoch) for epoch in self._journal.epochs()]
        if not peers or peers[-1].parted is not None:
            return []
        return [peer.epoch for peer in peers if _is_agreed(peer) or self._is_broken(peer)]

    def _is_broken(self, peer: Peer) -> bool:
        """Say whether the next entry of an epoch was lost with a damaged disk."""
        return peer.parted is None and self._is_lost(peer.epoch, peer.acked.seq + 1)

    def _is_lost(self, epoch: int, seq: int) -> bool:
        return any(first <= seq <= last for first, last in self._holes_of(epoch))

    def _holes_of(self, epoch: int) -> Sequence[tuple[int, int]]:
        # Holes are declared in the first rows a reader takes of a later epoch, and nowhere else.
        epochs = self._journal.epochs()
        key = tuple(epochs), min(self._journal.head(epochs[-1]).seq, MOST_ROWS) if len(epochs) > 1 else 0
        if key != self._holes_key:
            self._holes = {one: self._journal.holes(one) for one in epochs[:-1]}
            self._holes_key = key
        return self._holes.get(epoch, ())

    def contradiction(self, peer: Peer) -> str | None:
        """Say how the journal contradicts central's receipt for an epoch: it does not hold what was sent.

        "rollback" where it ends before that place, "fork" where it holds something else there.
        """
        mine = self.hash_at(peer.epoch, peer.acked.seq)
        if mine == peer.acked.h:
            return None
        return "rollback" if mine is None else "fork"

    def parcel(self, peer: Peer, limits: Limits) -> Parcel:
        """Return the next entries of an epoch after its cursor, as many as the limits allow.

        Raises ChainError when the very next entry is not the one the chain needs: a journal that
        was damaged goes no further than its sound part.
        """
        if self._is_broken(peer):
            return Parcel([], peer.acked, self.head(peer.epoch))
        return next_parcel(self._journal, peer.epoch, peer.acked, limits)

    def told_at(self, epoch: int, seq: int) -> bytes | None:
        """Return the hash that the request on its way tells of a place, or else the journal's own.

        A journal may have been replaced meanwhile, and an answer is to what was told.
        """
        pending = self._memory.pending()
        if pending is not None and (pending.epoch, pending.last) == (epoch, seq):
            return pending.batch_h
        return self.hash_at(epoch, seq)

    def hash_at(self, epoch: int, seq: int) -> bytes | None:
        """Return the journal's hash at a place, None beyond its end or in an epoch it does not hold."""
        if seq == 0:
            return chain.START
        if epoch not in self._journal.epochs():
            return None
        row = next(iter(self._journal.rows(epoch, seq - 1, 1)), None)
        if row is not None and row.seq == seq:
            return row.h
        # The row is gone with a damaged disk; that it was there is known from central's receipt.
        acked = self._memory.peer(epoch).acked
        return acked.h if acked.seq == seq and self._is_lost(epoch, seq) else None

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
        for epoch in self._journal.epochs():
            peer = self._memory.peer(epoch)
            if peer.parted is not None or self._is_broken(peer):
                continue
            rows = self._journal.rows(epoch, peer.acked.seq)
            if any(_kind(row) not in _OWN for row in rows) or len(rows) == MAX_ENTRIES:
                return True
        return False

    def backlog(self) -> Backlog:
        """Return how much waits."""
        waiting, newest, end = 0, None, Position(0, chain.START)
        for epoch in self._journal.epochs():
            head, peer = self.head(epoch), self._memory.peer(epoch)
            waiting += max(0, head.seq - reached(peer))
            newest, end = epoch, head
        return Backlog(waiting, newest, end)


def reached(peer: Peer) -> int:
    """Return the place of an epoch up to which central has it, or another epoch carries it."""
    return peer.carried_seq if _is_agreed(peer) else max(peer.acked.seq, peer.carried_seq)


def _is_agreed(peer: Peer) -> bool:
    return peer.parted is not None and peer.agreed_inc is not None


def next_parcel(journal: JournalReader, epoch: int, after: Position, limits: Limits) -> Parcel:
    """Return the entries of an epoch that follow a place, as many as the limits allow.

    Raises ChainError when the very next entry is not the one the chain needs, and JournalError.
    """
    found = journal.rows(epoch, after.seq, limits.entries)
    rows = _sound(after.h, _fitting(found, limits.body_bytes))
    head = journal.head(epoch)
    last = Position(rows[-1].seq, rows[-1].h) if rows else after
    return Parcel([row.body for row in rows], last, Position(head.seq, head.h))


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
