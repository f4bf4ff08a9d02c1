"""Carry what central cannot take in its own epoch into the present one: behind a hole, or after a parting."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

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
    because its bytes are the same.
    """

    journal: JournalReader
    outbox: Outbox
    memory: Memory
    inbox: Inbox
    _laid: _Laid | None = field(default=None, init=False)

    @property
    def is_under_way(self) -> bool:
        """Whether entries were laid down and not yet found taken."""
        return self._laid is not None

    def carry(self, reading: Reading) -> int:
        """Lay down the next entries and return how many; raises JournalError and MemoryFileError."""
        if self.inbox.holds(Kind.CARRY):
            return 0
        self._note_taken()
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


def _carried(peer: Peer) -> int:
    return max(peer.carried_seq, peer.agreed_seq if peer.parted is not None else peer.acked.seq)


def _payload(epoch: int, row: Row) -> Mapping[str, object]:
    return _inner(row) or {
        "epoch": epoch,
        "seq": row.seq,
        "h": row.h.hex(),
        "body": base64.b64encode(row.body).decode("ascii"),
    }


def _inner(row: Row) -> Mapping[str, object] | None:
    """Return what an entry itself carries: it is carried on as it is, never inside another."""
    try:
        entry = decode(row.body)
    except EntryError:
        return None
    return entry.payload if entry.kind == Kind.CARRY and isinstance(entry.payload, Mapping) else None
