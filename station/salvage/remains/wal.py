"""What a write-ahead file holds behind its last whole transaction, by SQLite's own sums."""

from __future__ import annotations

import struct
from contextlib import closing
from pathlib import Path
from typing import Final

from station.salvage.remains.broken_file import BrokenFile

# https://www.sqlite.org/fileformat2.html#the_write_ahead_log
HEAD_BYTES: Final = 32
FRAME_HEAD_BYTES: Final = 24
_LITTLE: Final = 0x377F0682
_BIG: Final = 0x377F0683
_ALL: Final = 0xFFFFFFFF


def wal_of(path: Path) -> Path:
    """Return where SQLite keeps the write-ahead file of a database."""
    return path.with_name(path.name + "-wal")


def doubt(path: Path) -> str | None:
    """Say what of a database's write-ahead file SQLite passes over though it is of this round.

    A power cut in the middle of a transaction leaves the same as damage to its frames, so this is
    no proof of either. None when all of the round is whole, or when there is no such file.
    """
    with closing(BrokenFile(wal_of(path))) as wal:
        head = wal.read(0, HEAD_BYTES)
        if len(head) < HEAD_BYTES or not any(head):
            return None
        sums = _head_sums(head)
        if sums is None:
            return "the write-ahead file's head is broken"
        frames = _frames_passed_over(wal, head, sums)
    return f"{frames} frames of the write-ahead file belong to no whole transaction" if frames else None


def _head_sums(head: bytes) -> tuple[int, int] | None:
    (magic,) = struct.unpack_from(">I", head)
    if magic not in (_LITTLE, _BIG):
        return None
    sums = _sum((0, 0), head[:24], _order(head))
    return sums if sums == struct.unpack_from(">II", head, 24) else None


def _frames_passed_over(wal: BrokenFile, head: bytes, sums: tuple[int, int]) -> int:
    page_bytes = int.from_bytes(head[8:12], "big")
    of_this_round = whole = 0
    is_unbroken = True
    frame_bytes = FRAME_HEAD_BYTES + page_bytes
    for at in range(HEAD_BYTES, wal.size - frame_bytes + 1, frame_bytes):
        frame = wal.read(at, frame_bytes)
        if frame[8:16] != head[16:24]:
            is_unbroken = False
            continue
        of_this_round += 1
        if is_unbroken:
            sums = _sum(_sum(sums, frame[:8], _order(head)), frame[FRAME_HEAD_BYTES:], _order(head))
            is_unbroken = sums == struct.unpack_from(">II", frame, 16)
            is_commit = any(frame[4:8])
            whole = of_this_round if is_unbroken and is_commit else whole
    return of_this_round - whole


def _sum(sums: tuple[int, int], data: bytes, order: str) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _ALL
        second = (second + odd + first) & _ALL
    return first, second


def _order(head: bytes) -> str:
    return "<" if head[3] == _LITTLE & 0xFF else ">"
