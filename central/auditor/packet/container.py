"""Published: read a packet from a file nobody vouches for yet: every byte in its place, nothing unbounded."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from central.auditor.packet import layout
from central.auditor.packet.layout import PacketError, Placed

CONTAINER: Final = "the container"
_CHUNK: Final = 2**16
_NO_HEADER: Final = -15
_CUT_SHORT: Final = "it does not end as a packet does: the file is cut short, or something was added"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a member was found to be: both digests are SHA-256 in hex."""

    size: int
    sha256: str
    packed_sha256: str


class Container:
    """An open packet; use it as a context. Its members are in the order of the file."""

    def __init__(self, path: Path) -> None:
        """Read the list; raises PacketError where it is not as ours are, OSError as files do."""
        self._file: BinaryIO = path.open("rb")
        try:
            self.members = {each.name: each for each in _list(self._file, path.stat().st_size)}
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def look(self, name: str) -> Seen:
        """Read one member whole and say what it is; raises PacketError where it is not as its place says."""
        placed = self.members[name]
        self._file.seek(placed.offset)
        if self._file.read(len(placed.local())) != placed.local():
            raise PacketError(name, "what the container says before it was changed")
        content, packed, crc, size = hashlib.sha256(), hashlib.sha256(), 0, 0
        for data in self._unpacked(placed, packed):
            content.update(data)
            crc, size = zlib.crc32(data, crc), size + len(data)
        if (crc, size) != (placed.crc, placed.size):
            raise PacketError(name, "it is not what the container says it is")
        return Seen(size, content.hexdigest(), packed.hexdigest())

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a member's content; raises PacketError where it is missing or cannot be unpacked."""
        if name not in self.members:
            raise PacketError(name, "it is missing")
        yield from self._unpacked(self.members[name], hashlib.sha256())

    def read(self, name: str) -> bytes:
        """Return a member's content."""
        return b"".join(self.chunks(name))

    def extract(self, folder: Path) -> int:
        """Write every member into a new folder and return how many; names never lead out of it.

        Raises OSError where the folder is there already.
        """
        folder.mkdir()
        for name in self.members:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.writelines(self.chunks(name))
        return len(self.members)

    def _unpacked(self, placed: Placed, packed: "hashlib._Hash") -> Iterator[bytes]:
        _require_bounded(placed)
        unpacker = zlib.decompressobj(_NO_HEADER)
        left, place = placed.size, placed.starts
        while place < placed.ends:
            self._file.seek(place)
            data = self._file.read(min(_CHUNK, placed.ends - place))
            if not data:
                raise PacketError(placed.name, "it is cut short")
            place += len(data)
            packed.update(data)
            for part in _parts(data, unpacker, placed):
                left -= len(part)
                if left < 0:
                    raise PacketError(placed.name, "there is more in it than the container says")
                yield part
        if placed.method and not unpacker.eof:
            raise PacketError(placed.name, "it is cut short")


def _parts(data: bytes, unpacker: "zlib._Decompress", placed: Placed) -> Iterator[bytes]:
    if placed.method == layout.STORED:
        yield data
        return
    try:
        is_full = False
        while (data or is_full) and not unpacker.eof:
            part = unpacker.decompress(data, _CHUNK)
            # A full part may have more behind it though all that was given is used up.
            data, is_full = unpacker.unconsumed_tail, len(part) == _CHUNK
            yield part
    except zlib.error as error:
        raise PacketError(placed.name, "it cannot be unpacked") from error
    if unpacker.unused_data or (data and unpacker.eof):
        raise PacketError(placed.name, "something was added behind it")


def _require_bounded(placed: Placed) -> None:
    is_bomb = placed.size > 2**20 and placed.size > layout.MOST_TIMES_PACKED * placed.packed_size
    if is_bomb or placed.size > layout.LARGEST_MEMBER:
        raise PacketError(placed.name, "it would become too large; it was not unpacked")


def _list(file: BinaryIO, size: int) -> Iterator[Placed]:
    """Yield every member as the list at the end names it, each where the one before ends."""
    if size > layout.LARGEST_PACKET + 2**20:
        raise PacketError(CONTAINER, "it is larger than any packet")
    file.seek(max(0, size - layout.END.size))
    last = file.read(layout.END.size)
    if len(last) < layout.END.size:
        raise PacketError(CONTAINER, _CUT_SHORT)
    *_, count, _, list_size, list_offset, _ = layout.END.unpack(last)
    is_whole = list_offset + list_size + len(last) == size and count <= layout.MOST_MEMBERS + 1
    if last != layout.end(count, list_size, list_offset) or not is_whole:
        raise PacketError(CONTAINER, _CUT_SHORT)
    file.seek(list_offset)
    lines, known, ends = file.read(list_size), set[str](), 0
    for _number in range(count):
        placed = _line(lines, known, ends)
        lines, ends = lines[len(placed.listed()) :], placed.ends
        known.add(placed.name.lower())
        yield placed
    if lines or ends != list_offset:
        raise PacketError(CONTAINER, "there is something in it that is none of its members")


def _line(lines: bytes, known: set[str], ends: int) -> Placed:
    place = f"line {len(known) + 1} of its list"
    if len(lines) < layout.LISTED.size:
        raise PacketError(CONTAINER, f"{place} is cut short")
    fields = layout.LISTED.unpack(lines[: layout.LISTED.size])
    method, crc, packed, size, length, offset = fields[4], *fields[7:11], fields[-1]
    raw = lines[layout.LISTED.size : layout.LISTED.size + length]
    name = raw.decode("ascii", "replace")
    if why := layout.fault_of(name):
        raise PacketError(CONTAINER, f"{place}: {why}")
    placed = Placed(name, method, crc, packed, size, offset)
    if name.lower() in known:
        raise PacketError(name, "two members have this name")
    if method not in {layout.STORED, layout.DEFLATED} or lines[: len(placed.listed())] != placed.listed():
        raise PacketError(name, f"{place}, which is about it, was changed")
    if offset != ends:
        raise PacketError(name, f"by {place} it is not where the member before ends")
    return placed
