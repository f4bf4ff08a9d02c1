"""A station whose journal goes on in a new epoch, which carries what the old one can no longer send."""

import base64
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from station.tap import Json, Kind
from tests.fakes.evidence_file import JournallingStation


@dataclass
class NextEpoch(JournallingStation):
    """A journal begun while the machine was on; `booted_at` and `boot` are those of the machine."""

    begun_at: datetime | None = None

    def __post_init__(self) -> None:
        self.write(self.begun_at or self.booted_at, Kind.GENESIS, {"station": self.code, "reason": "clone"})

    def carry(self, at: datetime, of: JournallingStation, sequences: Iterable[int]) -> list[int]:
        """Append what stands in another journal of this station; return the sequences it has here."""
        return [
            self.write(at + timedelta(milliseconds=n), Kind.CARRY, payload_of(of, sequence))
            for n, sequence in enumerate(sequences)
        ]


def go_on(old: JournallingStation, at: datetime, epoch: int) -> NextEpoch:
    """Begin the next epoch of a station, in the boot it is in."""
    return NextEpoch(
        old.code, old.booted_at, epoch=epoch, boot=old.boot, server_key=old.server_key, begun_at=at
    )


def payload_of(of: JournallingStation, sequence: int) -> dict[str, Json]:
    """Return the payload that carries one entry of a journal."""
    return {
        "epoch": of.epoch,
        "seq": sequence,
        "h": of._heads[sequence].hex(),
        "body": base64.b64encode(of._bodies[sequence - 1]).decode("ascii"),
    }


def copy_of(room: JournallingStation) -> JournallingStation:
    """Return a second board with the same card in it, as it is at this moment."""
    other = copy(room)
    other._bodies, other._heads = [*room._bodies], [*room._heads]
    return other
