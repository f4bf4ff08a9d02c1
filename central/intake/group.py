"""What one group of requests is about to add to the evidence, as long as it is not yet on its way there."""

from dataclasses import dataclass, field
from typing import TypeAlias

from central.intake.evidence import Arrived, Head, Remembered
from sync_agent import wire

Journal: TypeAlias = tuple[str, int]
"""A station and one of its epochs."""
Request: TypeAlias = tuple[str, int, int, str]
"""Station, epoch, number and nonce: what names a request for ever."""


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch to be kept in its place `srv_seq`, with the entries from `first_seq` on."""

    srv_seq: int
    first_seq: int
    batch: wire.Batch
    arrived: Arrived
    answer: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to be remembered: its digest, and where its answer is."""

    digest: bytes
    srv_seq: int | None
    answer: bytes | None


@dataclass(slots=True)
class Group:
    """Batches in the order they came, how far journals are held then, and what was asked."""

    batches: list[NewBatch] = field(default_factory=list)
    heads: dict[Journal, Head] = field(default_factory=dict)
    asked: dict[Request, Asked] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.batches or self.heads or self.asked)

    def take_in(self, other: "Group") -> None:
        """Add what a later request of the group adds."""
        self.batches += other.batches
        self.heads |= other.heads
        self.asked |= other.asked

    def remembered(self, request: Request) -> Remembered | None:
        """Return a request of this group, with the answer it was given."""
        asked = self.asked.get(request)
        if asked is None:
            return None
        given = [new.answer for new in self.batches if new.srv_seq == asked.srv_seq]
        return Remembered(asked.digest, given[0] if given else asked.answer)

    def of(self, station: str, epoch: int) -> list[NewBatch]:
        """Return what this group adds to a journal, in its order."""
        envelopes = ((new, new.batch.envelope) for new in self.batches)
        return [new for new, envelope in envelopes if (envelope.station, envelope.epoch) == (station, epoch)]
