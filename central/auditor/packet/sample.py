"""Published: how the sample of a packet is drawn, so that anybody can draw it again with SHA-256 alone."""

import hashlib
import heapq
from collections.abc import Iterable, Iterator


class Population:
    """The records a sample may be drawn from, as they pass by: how many, and a digest over all of them."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0
        self._sha256 = hashlib.sha256()

    def take(self, record: int) -> None:
        """Count one record."""
        self.count += 1
        self._sha256.update(f"{record}\n".encode())

    def passing(self, records: Iterable[int]) -> Iterator[int]:
        """Yield the records and count them."""
        for record in records:
            self.take(record)
            yield record

    @property
    def sha256(self) -> str:
        """The digest over the numbers so far, a line each."""
        return self._sha256.hexdigest()


def draw(records: Iterable[int], seed: int, size: int) -> list[int]:
    """Return the records with the smallest SHA-256 of "seed/record", the smallest first."""
    return heapq.nsmallest(size, records, key=lambda record: drawn_by(seed, record))


def drawn_by(seed: int, record: int) -> str:
    """Return the digest a record is drawn by."""
    return hashlib.sha256(f"{seed}/{record}".encode()).hexdigest()
