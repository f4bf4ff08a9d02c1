"""Published: write a packet member by member, each once, in bounded memory."""

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

from central.auditor.packet import layout
from central.auditor.packet.layout import Placed

_LEVEL: Final = 6
_NO_HEADER: Final = -15


@dataclass(frozen=True, slots=True)
class Written:
    """One member as the manifest names it: both digests are SHA-256 in hex."""

    name: str
    size: int
    sha256: str
    packed_size: int
    packed_sha256: str


class PacketWriter:
    """Writes to an empty file that can be sought in; `finish` makes it a packet."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin; the file stays its caller's."""
        self._file = file
        self._placed: list[Placed] = []
        self._names: set[str] = set()
        self.written: list[Written] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> Written:
        """Write one member; raises PacketError for a name or a size no reader would take."""
        return self._add(name, chunks, layout.DEFLATED)

    def finish(self, manifest: bytes) -> None:
        """Write the manifest and the list; nothing can be added afterwards."""
        self._add(layout.MANIFEST, [manifest], layout.STORED)
        starts = self._placed[-1].ends
        lines = b"".join(each.listed() for each in self._placed)
        self._file.write(lines + layout.end(len(self._placed), len(lines), starts))

    def _add(self, name: str, chunks: Iterable[bytes], method: int) -> Written:
        self._require(name)
        offset = self._placed[-1].ends if self._placed else 0
        self._file.write(Placed(name, method, 0, 0, 0, offset).local())
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _NO_HEADER)
        content, packed = _Digest(), _Digest()
        for chunk in chunks:
            content.take(chunk)
            packed.take(self._put(packer.compress(chunk) if method else chunk))
        packed.take(self._put(packer.flush() if method else b""))
        placed = Placed(name, method, content.crc, packed.size, content.size, offset)
        if content.size > layout.LARGEST_MEMBER or placed.ends > layout.LARGEST_PACKET:
            raise layout.PacketError(
                name, "it is too large for a packet; ask for one month, or fewer records"
            )
        self._file.seek(offset)
        self._file.write(placed.local())
        self._file.seek(placed.ends)
        self._placed.append(placed)
        found = Written(name, content.size, content.hex, packed.size, packed.hex)
        self.written.append(found)
        return found

    def _put(self, data: bytes) -> bytes:
        self._file.write(data)
        return data

    def _require(self, name: str) -> None:
        if why := layout.fault_of(name):
            raise layout.PacketError(name, why)
        if name.lower() in self._names:
            raise layout.PacketError(name, "two members would have one name")
        if len(self._placed) >= layout.MOST_MEMBERS:
            raise layout.PacketError(name, "the packet has too many members; ask for fewer records")
        self._names.add(name.lower())


class _Digest:
    """Size, CRC-32 and SHA-256 of what passes by."""

    def __init__(self) -> None:
        self.size = self.crc = 0
        self._sha256 = hashlib.sha256()

    def take(self, data: bytes) -> None:
        self.size += len(data)
        self.crc = zlib.crc32(data, self.crc)
        self._sha256.update(data)

    @property
    def hex(self) -> str:
        return self._sha256.hexdigest()
