"""Published: the bytes around the members of a packet: a ZIP file in the one form there is of it."""

import re
import struct
from dataclasses import dataclass
from typing import Final

MANIFEST: Final = "manifest.json"
LARGEST_MEMBER: Final = 256 * 2**20
LARGEST_PACKET: Final = 2**32 - 2**20
MOST_MEMBERS: Final = 60_000
MOST_TIMES_PACKED: Final = 400
"""No member of ours shrinks so far; a file that claims it is made to fill a disk."""
STORED: Final = 0
DEFLATED: Final = 8
LOCAL: Final = struct.Struct("<4s5H3I2H")
LISTED: Final = struct.Struct("<4s6H3I5H2I")
END: Final = struct.Struct("<4s4H2IH")
_VERSION: Final = 20
_MIDNIGHT: Final = 0
_FIRST_DAY: Final = 0x0021
"""1980-01-01, the first day a ZIP file can name: when a packet was made is for its manifest to say."""
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*){0,2}")
_LONGEST_NAME: Final = 150
# Names some systems open a device by.
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class PacketError(Exception):
    """Part of a packet is not as it was made: `where` is a member, or the container."""

    def __init__(self, where: str, what: str) -> None:
        """Keep both apart: pages name the place first."""
        self.where, self.what = where, what
        super().__init__(f"{where}: {what}")


@dataclass(frozen=True, slots=True)
class Placed:
    """One member as the container lists it; `crc` is of its content, sizes are in bytes."""

    name: str
    method: int
    crc: int
    packed_size: int
    size: int
    offset: int

    @property
    def starts(self) -> int:
        """Where its bytes begin."""
        return self.offset + LOCAL.size + len(self.name)

    @property
    def ends(self) -> int:
        """Where its bytes end, and the next member begins."""
        return self.starts + self.packed_size

    def local(self) -> bytes:
        """Return what stands before its bytes."""
        sizes = (self.crc, self.packed_size, self.size)
        head = (_VERSION, 0, self.method, _MIDNIGHT, _FIRST_DAY, *sizes, len(self.name), 0)
        return LOCAL.pack(b"PK\x03\x04", *head) + self.name.encode("ascii")

    def listed(self) -> bytes:
        """Return its line of the list at the container's end."""
        sizes = (self.crc, self.packed_size, self.size)
        head = (_VERSION, _VERSION, 0, self.method, _MIDNIGHT, _FIRST_DAY, *sizes, len(self.name))
        return LISTED.pack(b"PK\x01\x02", *head, 0, 0, 0, 0, 0, self.offset) + self.name.encode("ascii")


def end(count: int, list_size: int, list_offset: int) -> bytes:
    """Return the last bytes of a container."""
    return END.pack(b"PK\x05\x06", 0, 0, count, count, list_size, list_offset, 0)


def fault_of(name: str) -> str:
    """Say why a member may not be called so; nothing where it may."""
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        return "its name could lead out of the folder it is unpacked in, or is no name"
    if any(part.endswith(".") or _DEVICES.fullmatch(part) for part in name.split("/")):
        return "its name means something else to some systems"
    return ""
