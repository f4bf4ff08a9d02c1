"""What the log of a disk tells: its writes and flushes in order, and where in the log each ends."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tests.pi.blocks.disk import SECTOR

_MAGIC = 0x6A736677736872
# As the kernel's dm-log-writes: a sector before the first entry, and one before the bytes of each.
_SUPER = struct.Struct("<QQQI")
_ENTRY = struct.Struct("<QQQQ")
_FLUSH = 1


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes put on the disk, and how long the log was once it held them."""

    at: int
    data: bytes
    end: int


@dataclass(frozen=True, slots=True)
class Flush:
    """All that was written before is safe; and how long the log was once it said so."""

    end: int


def changes(log: bytes) -> Iterator[Write | Flush]:
    """Yield what was done to a disk, oldest first; raises ValueError on anything that has no meaning here."""
    magic, version, _, sector = _SUPER.unpack_from(log)
    if (magic, version, sector) != (_MAGIC, 1, SECTOR):
        msg = f"this is no log of a disk's writes: {magic:x}, version {version}, sectors of {sector} bytes"
        raise ValueError(msg)
    at = SECTOR
    while at < len(log):
        start, count, flags, _ = _ENTRY.unpack_from(log, at)
        if flags not in (0, _FLUSH):
            # Nobody knows what of a discarded block is left after a power cut: such a disk proves nothing.
            msg = f"the disk was asked for something with flags {flags}, which is neither write nor flush"
            raise ValueError(msg)
        begins, at = at + SECTOR, at + SECTOR * (1 + count)
        if count:
            yield Write(start * SECTOR, log[begins:at], at)
        if flags == _FLUSH:
            yield Flush(at)
