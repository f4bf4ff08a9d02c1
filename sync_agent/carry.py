"""Carry what stands behind a hole of a salvaged journal into its present epoch, where it can be sent."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from station.journal import JournalReader, Row
from station.logs import Log
from station.tap import Kind, Reading
from sync_agent.beacon import Inbox
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox

log = Log(__name__)

AT_ONCE = 16
"""As many files as the station takes at one look into its inbox."""


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
    _laid: tuple[int, int] | None = field(default=None, init=False)

    def carry(self, reading: Reading) -> int:
        """Lay down the next entries and return how many; raises JournalError and MemoryFileError."""
        if self.inbox.holds(Kind.CARRY):
            return 0
        if self._laid is not None:
            self.memory.carried(*self._laid)
            self._laid = None
        for epoch in self.outbox.broken_epochs():
            rows = self._rows(epoch)
            for row in rows:
                self.inbox.put(Kind.CARRY, _payload(epoch, row), reading)
            if rows:
                self._laid = epoch, rows[-1].seq
                log.info("entries.carried", epoch=epoch, through=rows[-1].seq, entries=len(rows))
                return len(rows)
        return 0

    def _rows(self, epoch: int) -> Sequence[Row]:
        peer = self.memory.peer(epoch)
        return self.journal.rows(epoch, max(peer.acked.seq, peer.carried_seq), AT_ONCE)


def _payload(epoch: int, row: Row) -> dict[str, object]:
    return {
        "epoch": epoch,
        "seq": row.seq,
        "h": row.h.hex(),
        "body": base64.b64encode(row.body).decode("ascii"),
    }
