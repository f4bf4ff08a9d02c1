"""The sidecar's files: one append-only log for each epoch, readable around whatever is broken in it."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from station.durable import sync_folder
from station.journal.file import Row

_SUFFIX: Final = ".log"
# Length of the rest and its CRC-32; then the sequence number, the hash and the entry's bytes.
_FRAME: Final = struct.Struct("<II")
_HEAD: Final = struct.Struct("<Q32s")
_LONGEST: Final = 1024 * 1024
_TAIL_BYTES: Final = 256 * 1024


class SidecarFile:
    """The log of one epoch, opened to be appended to; rows are kept in memory until `flush`."""

    def __init__(self, folder: Path, epoch: int) -> None:
        """Open or begin the file; raises OSError, like everything here."""
        folder.mkdir(mode=0o700, exist_ok=True)
        file = _file(folder, epoch)
        self.epoch = epoch
        self.last_seq = _last_seq(file) if file.exists() else 0
        self._waiting: list[bytes] = []
        self._descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        sync_folder(folder)

    def append(self, rows: Iterable[Row]) -> None:
        """Take the rows that the file does not have yet."""
        for row in rows:
            if row.seq > self.last_seq:
                self._waiting.append(_pack(row))
                self.last_seq = row.seq

    @property
    def waiting(self) -> int:
        """How many rows are not in the file yet."""
        return len(self._waiting)

    def flush(self) -> None:
        """Write what waits and return once it is on the disk."""
        if not self._waiting:
            return
        # A write that stops half-way leaves a torn record, which is read around.
        left = memoryview(b"".join(self._waiting))
        while left:
            left = left[os.write(self._descriptor, left) :]
        os.fdatasync(self._descriptor)
        self._waiting.clear()

    def close(self) -> None:
        """Let go of the file; what still waits is not written, and a disk's last complaint is not heard."""
        with suppress(OSError):
            os.close(self._descriptor)


def records(folder: Path) -> Iterator[tuple[int, Row]]:
    """Yield `(epoch, row)` of every whole record in a folder; torn and damaged ones are passed over.

    A folder or a file that cannot be read holds no record.
    """
    for epoch, file in _files(folder).items():
        with suppress(OSError), file.open("rb") as opened:
            yield from ((epoch, row) for row in _rows(opened))


def first_of(folder: Path, epoch: int) -> Row | None:
    """Return the first whole record of an epoch, None where there is none."""
    try:
        with _file(folder, epoch).open("rb") as opened:
            return next(_rows(opened), None)
    except OSError:
        return None


def last_of(folder: Path) -> dict[int, int]:
    """Return the newest sequence number a folder holds of each epoch; nothing of what cannot be read."""
    last = dict[int, int]()
    for epoch, file in _files(folder).items():
        with suppress(OSError):
            last[epoch] = _last_seq(file)
    return last


def _file(folder: Path, epoch: int) -> Path:
    return folder / f"{epoch}{_SUFFIX}"


def _files(folder: Path) -> dict[int, Path]:
    try:
        return {int(file.stem): file for file in folder.glob(f"*{_SUFFIX}") if file.stem.isdecimal()}
    except OSError:
        return {}


def _pack(row: Row) -> bytes:
    rest = _HEAD.pack(row.seq, row.h) + row.body
    return _FRAME.pack(len(rest), zlib.crc32(rest)) + rest


def _last_seq(file: Path) -> int:
    with file.open("rb") as opened:
        size = opened.seek(0, io.SEEK_END)
        for start in (max(0, size - _TAIL_BYTES), 0):
            opened.seek(start)
            if last := max((row.seq for row in _rows(opened)), default=0):
                return last
    return 0


def _rows(opened: io.BufferedReader) -> Iterator[Row]:
    """Yield the whole records from where the file stands; after a broken one every byte is tried."""
    at = opened.tell()
    while frame := opened.read(_FRAME.size):
        length, crc = _FRAME.unpack(frame) if len(frame) == _FRAME.size else (0, 0)
        rest = opened.read(length) if _HEAD.size < length <= _LONGEST else b""
        if rest and len(rest) == length and zlib.crc32(rest) == crc:
            seq, h = _HEAD.unpack_from(rest)
            yield Row(seq, rest[_HEAD.size :], h)
            at += _FRAME.size + length
        else:
            at += 1
        opened.seek(at)
