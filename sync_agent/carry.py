"""Carry what central cannot take in its own epoch into the present one: behind a hole, or after a parting."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from station.carried import payload_of
from station.errors import EntryError
from station.journal import JournalReader, Row
from station.logs import Log
from station.tap import Kind, Reading, decode
from sync_agent.beacon import Inbox
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox
from sync_agent.standing import Peer

log = Log(__name__)

AT_ONCE = 16
"""As many files as the station takes at one look into its inbox."""

_NO_MORE: tuple[int, Mapping[str, object]] = 0, {}


@dataclass(frozen=True, slots=True)
class _Laid:
    """Entries of an epoch that lie in the inbox: those after one place, through another."""

    epoch: int
    after: int
    through: int


@dataclass(slots=True)
class Carrier:
    """Lays down entries that no batch can hold, a few at a time, and the next once these are taken.

    What a power cut takes out of the inbox is laid down again; an entry carried twice counts once,
    because its bytes are the same. What was once found taken may be lost with a damaged disk, or with
    the newer half of a journal that came back out of an image, while the entry itself is still here: at
    the first look, and whenever an epoch began, the journal alone says what it carries.
    """

    journal: JournalReader
    outbox: Outbox
    memory: Memory
    inbox: Inbox
    _laid: _Laid | None = field(default=None, init=False)
    _looked_in: int | None = field(default=None, init=False)

    @property
    def is_under_way(self) -> bool:
        """Whether entries were laid down and not yet found taken."""
        return self._laid is not None

    def carry(self, reading: Reading) -> int:
        """Lay down the next entries and return how many; raises JournalError and MemoryFileError."""
        if self.inbox.holds(Kind.CARRY):
            return 0
        self._note_taken()
        self._look_again()
        for epoch in self.outbox.epochs_to_carry():
            after = _carried(self.memory.peer(epoch))
            rows = self.journal.rows(epoch, after, AT_ONCE)
            for row in rows:
                self.inbox.put(Kind.CARRY, _payload(epoch, row), reading)
            if rows:
                self._laid = _Laid(epoch, after, rows[-1].seq)
                log.info("entries.carried", epoch=epoch, through=rows[-1].seq, entries=len(rows))
                return len(rows)
        return 0

    def _note_taken(self) -> None:
        laid, self._laid = self._laid, None
        # Meanwhile central may have been found to lack more than was thought.
        if laid is not None and _carried(self.memory.peer(laid.epoch)) == laid.after:
            self.memory.carried(laid.epoch, laid.through)

    def _look_again(self) -> None:
        newest = self.outbox.newest_epoch()
        if newest == self._looked_in:
            return
        for epoch in self.outbox.epochs_to_carry():
            peer = self.memory.peer(epoch)
            found_seq = self._found(epoch, _sent(peer))
            if found_seq < peer.carried_seq:
                log.warning("entries.carry_lost", epoch=epoch, after=found_seq, through=peer.carried_seq)
            if found_seq != _carried(peer):
                self.memory.carried(epoch, found_seq)
        self._looked_in = newest

    def _found(self, epoch: int, after: int) -> int:
        """Return up to where later epochs of the journal carry the entries of one after a place.

        They were laid down in this order, some perhaps more than once.
        """
        wanted = self._payloads(epoch, after)
        found_seq, (seq, payload) = after, next(wanted, _NO_MORE)
        for carried in self.journal.carried(behind=epoch) if seq else ():
            if carried == payload:
                found_seq, (seq, payload) = seq, next(wanted, _NO_MORE)
        return found_seq

    def _payloads(self, epoch: int, after: int) -> Iterator[tuple[int, Mapping[str, object]]]:
        while rows := self.journal.rows(epoch, after):
            yield from ((row.seq, _payload(epoch, row)) for row in rows)
            after = rows[-1].seq


def _sent(peer: Peer) -> int:
    """Return how far central has an epoch in its own place."""
    return peer.agreed_seq if peer.parted is not None else peer.acked.seq


def _carried(peer: Peer) -> int:
    return max(peer.carried_seq, _sent(peer))


def _payload(epoch: int, row: Row) -> Mapping[str, object]:
    return _inner(row) or payload_of(epoch, row)


def _inner(row: Row) -> Mapping[str, object] | None:
    """Return what an entry itself carries: it is carried on as it is, never inside another."""
    try:
        entry = decode(row.body)
    except EntryError:
        return None
    return entry.payload if entry.kind == Kind.CARRY and isinstance(entry.payload, Mapping) else None
