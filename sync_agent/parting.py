"""Have the station begin a new epoch where central and the newest one have gone apart."""

from station.logs import Log
from station.tap import Reading
from sync_agent.beacon import Inbox
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox

log = Log(__name__)

ORDER = "epoch"
"""What such a file is called in the inbox; it is no entry, but makes the station begin one."""


def order_epoch(outbox: Outbox, memory: Memory, inbox: Inbox, reading: Reading) -> bool:
    """Keep the order in the inbox while the newest epoch is parted, and say whether it is.

    It follows from the memory alone: one that a power cut takes away is laid down again, and one that
    comes too late is about an epoch that is not the newest any more. Raises JournalError and
    MemoryFileError.
    """
    epoch = outbox.newest_epoch()
    reason = None if epoch is None else memory.peer(epoch).parted
    if reason is None:
        return False
    if not inbox.holds(ORDER):
        inbox.put(ORDER, {"of": epoch, "reason": reason}, reading)
        log.info("epoch.ordered", of=epoch, why=reason)
    return True
