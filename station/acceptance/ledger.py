"""What a person has seen of greens, written down so that it outlives a plug pulled the moment after."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from station.durable import sync_folder
from station.journal import Head

MOST: Final = 500
_BYTES: Final = 512
"""A record fills a sector, which a card writes whole or not at all."""


class Ledger:
    """A file of a fixed size, a sector for each green.

    All of it is on the disk before the first record: a flush then carries that record alone. Were the file
    to grow, its file system would commit with every green, and perhaps keep what a careless journal had left
    lying in memory: the trial would prove less of the journal.
    """

    def __init__(self, file: Path) -> None:
        self._count = 0
        self._descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        for at in range(MOST):
            os.pwrite(self._descriptor, bytes(_BYTES), at * _BYTES)
        os.fsync(self._descriptor)
        sync_folder(file.parent)

    @property
    def is_full(self) -> bool:
        """Say whether no green can be written down any more."""
        return self._count == MOST

    def add(self, head: Head) -> int:
        """Write down the entry a green light answered; return how many there are, once it is on the disk."""
        record = f"{head.seq} {head.h.hex()}".encode("ascii").ljust(_BYTES - 1) + b"\n"
        os.pwrite(self._descriptor, record, self._count * _BYTES)
        os.fdatasync(self._descriptor)
        self._count += 1
        return self._count

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def read(file: Path) -> list[tuple[int, bytes]]:
    """Return the sequence number and the hash of every green written down; raises OSError.

    A record that cannot be read is sequence 0, which no entry has.
    """
    records = file.read_bytes()
    greens = list[tuple[int, bytes]]()
    for at in range(0, len(records), _BYTES):
        record = records[at : at + _BYTES]
        if not record.strip(b"\0"):
            break
        greens.append(_parsed(record))
    return greens


def _parsed(record: bytes) -> tuple[int, bytes]:
    try:
        seq, h = record.decode("ascii").split()
        return int(seq), bytes.fromhex(h)
    except ValueError:
        return 0, b""
