"""Hold what stations were told against what central has: all that was acknowledged is there, once, whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from benchmarks.bell_calls import Call
from central.config import CentralConfig
from tests.fakes import data_folder


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found: entries held, and batches that were acknowledged and are not what is held."""

    acknowledged: int
    entries: int
    lost: int
    doubled: int
    other: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing, twice, or different."""
        return self.lost == self.doubled == self.other == 0


def prove(central: CentralConfig, stations: Sequence[Call], answers: Mapping[int, bytes]) -> Proof:
    """Compare batch by batch; `answers` are SHA-256 of what each station was told, by its number."""
    held: dict[str, tuple[bytes, bytes]] = {}
    times, entries = Counter[str](), 0
    # Rows of whichever store; their types are the table's.
    rows: list[Any] = data_folder.rows(
        central, "SELECT station, first_seq, last_seq, bytes, answer FROM batch"
    )
    for station, first, last, data, answer in rows:
        held[station] = (sha256(data).digest(), sha256(answer).digest())
        times[station] += 1
        entries += last - first + 1
    lost = other = 0
    for number, answer in answers.items():
        call = stations[number]
        found = held.get(call.name)
        lost += found is None
        other += found is not None and found != (call.digest, answer)
    doubled = sum(count - 1 for count in times.values())
    return Proof(len(answers), entries, lost, doubled, other)
