"""Every row whose bytes still stand in a journal's files, whatever SQLite makes of the pages around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from station.chain import HASH_BYTES
from station.journal.file import Row
from station.salvage.remains.broken_file import BrokenFile
from station.salvage.remains.wal import FRAME_HEAD_BYTES, HEAD_BYTES, wal_of

# The source of every figure here is https://www.sqlite.org/fileformat2.html.
_MAGIC: Final = b"SQLite format 3\x00"
_OUR_SIZES: Final = (1024, 4096)
"""What pages of our own schemas are as large as, where no header says it."""
_TABLE_LEAF: Final = 0x0D
_LONGEST: Final = 1024 * 1024

# The header of a record: its length, two integers, a blob of any length and a blob of 32 bytes. It is
# the same in the keyed table of schema 2 and in the table with a rowid of schema 1.
_RECORD: Final = re.compile(
    rb"(?=(?:\x05[\x01-\x06\x08\x09]{2}[\x00-\x7f]|\x06[\x01-\x06\x08\x09]{2}[\x80-\xff][\x00-\x7f]"
    rb"|\x07[\x01-\x06\x08\x09]{2}[\x80-\xff]{2}[\x00-\x7f])\x4c)"
)
_INT_BYTES: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}


def in_files(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield `(epoch, row)` for all that has the form of a row: on the file's pages, then in the frames.

    Nothing is proven: a row comes once for every page it stands on, and one never committed comes as
    well. Raises OSError when a file cannot even be opened. No connection of this process may be open.
    """
    with closing(BrokenFile(path)) as main, closing(BrokenFile(wal_of(path))) as wal:
        for size in _page_sizes(main, wal):
            yield from _Pages(main, wal, size).rows()


def in_frames(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield `(epoch, row)` as `in_files` does, from the write-ahead file alone."""
    with closing(BrokenFile(wal_of(path))) as wal, closing(BrokenFile(Path("/dev/null"))) as main:
        if wal.size:
            for size in _page_sizes(main, wal):
                yield from _Pages(main, wal, size).rows()


class _Pages:
    """The pages of one database and the frames of its write-ahead file, all of one size."""

    def __init__(self, main: BrokenFile, wal: BrokenFile, size: int) -> None:
        self._main, self._wal, self._size = main, wal, size
        self._frames: dict[int, int] = {}
        for at in self._frame_starts():
            # All copies of an overflow page are the same, save those of later attempts that failed.
            self._frames.setdefault(int.from_bytes(wal.read(at, 4), "big"), at)

    def rows(self) -> Iterator[tuple[int, Row]]:
        for at in range(0, self._main.size, self._size):
            yield from self._on_page(self._main.read(at, self._size))
        for at in self._frame_starts():
            yield from self._on_page(self._wal.read(at + FRAME_HEAD_BYTES, self._size))

    def _frame_starts(self) -> range:
        return range(HEAD_BYTES, self._wal.size, FRAME_HEAD_BYTES + self._size)

    def _on_page(self, page: bytes) -> Iterator[tuple[int, Row]]:
        for match in _RECORD.finditer(page):
            header = page[match.start() : match.start() + page[match.start()]]
            epoch_type, seq_type, body_type = header[1], header[2], _varint(header[3:-1])
            body_bytes, is_text = divmod(body_type - 12, 2)
            if is_text or not 0 < body_bytes <= _LONGEST:
                continue
            integers = _INT_BYTES[epoch_type] + _INT_BYTES[seq_type]
            total = len(header) + integers + body_bytes + HASH_BYTES
            for record in self._whole(page, match.start(), total):
                epoch, rest = _integer(epoch_type, record[len(header) :])
                seq, rest = _integer(seq_type, rest)
                if len(record) == total and epoch > 0 and seq > 0 and rest[:1] == b"[":
                    yield epoch, Row(seq, rest[:body_bytes], rest[body_bytes:])

    def _whole(self, page: bytes, at: int, total: int) -> Iterator[bytes]:
        """Yield a record, with what of it stands on overflow pages; two where it is not sure which."""
        local = _local_bytes(total, self._size, is_table=page[0] == _TABLE_LEAF)
        start = page[at : at + local]
        if local == total:
            yield start
            return
        first = int.from_bytes(page[at + local : at + local + 4], "big")
        yield start + self._overflow(first, total - local, is_wal_first=False)
        yield start + self._overflow(first, total - local, is_wal_first=True)

    def _overflow(self, number: int, length: int, *, is_wal_first: bool) -> bytes:
        found = b""
        while number and len(found) < length:
            page = self._page(number, is_wal_first=is_wal_first)
            found += page[4:]
            number = int.from_bytes(page[:4], "big")
        return found[:length]

    def _page(self, number: int, *, is_wal_first: bool) -> bytes:
        main = self._main.read((number - 1) * self._size, self._size)
        if number in self._frames and (is_wal_first or not main):
            return self._wal.read(self._frames[number] + FRAME_HEAD_BYTES, self._size)
        return main


def _page_sizes(main: BrokenFile, wal: BrokenFile) -> tuple[int, ...]:
    head = main.read(0, 18)
    told = (head[16:18] if head[:16] == _MAGIC else b"", wal.read(8, 4))
    sizes = (int.from_bytes(size, "big") for size in told)
    return next(((size,) for size in sizes if _is_page_size(size)), _OUR_SIZES)


def _is_page_size(size: int) -> bool:
    return 512 <= size <= 32_768 and not size & (size - 1)  # noqa: PLR2004 (what SQLite allows)


def _local_bytes(total: int, page_size: int, *, is_table: bool) -> int:
    """Return how much of a record stands on its own page."""
    least = (page_size - 12) * 32 // 255 - 23
    most = page_size - 35 if is_table else (page_size - 12) * 64 // 255 - 23
    if total <= most:
        return total
    fitting = least + (total - least) % (page_size - 4)
    return fitting if fitting <= most else least


def _varint(digits: bytes) -> int:
    value = 0
    for byte in digits:
        value = value << 7 | byte & 0x7F
    return value


def _integer(kind: int, value: bytes) -> tuple[int, bytes]:
    length = _INT_BYTES[kind]
    number = int.from_bytes(value[:length], "big", signed=True) if length else kind - 8
    return number, value[length:]
