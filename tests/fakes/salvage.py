"""A journal salvaged as a station does it, with the sidecar beside it."""

import random
from collections.abc import Iterator
from pathlib import Path

from station.clock import HandClock
from station.journal import Identity, JournalReader
from station.journal.file import Row
from station.salvage import salvage
from station.salvage.salvaged import Salvaged
from station.sidecar.file import SidecarFile
from tests.fakes.station import IDENTITY


def salvaged(path: Path, clock: HandClock, seed: int = 9, identity: Identity = IDENTITY) -> Salvaged:
    """Salvage a journal with the sidecar beside it, the new epoch drawn from a seed."""
    dice = random.Random(seed)  # noqa: S311 (the same epoch each time)
    stamp = f"2026112{seed % 10}T170512Z"
    return salvage(
        path, path.parent / "sidecar", identity, clock.reading(), lambda: dice.getrandbits(63), stamp
    )


def copied(folder: Path, epoch: int, rows: list[Row]) -> None:
    """Put rows into the sidecar beside a journal."""
    file = SidecarFile(folder / "sidecar", epoch)
    file.append(rows)
    file.flush()
    file.close()


def numbers(runs: list[tuple[int, int]]) -> list[int]:
    """Return every sequence number of some ranges."""
    return [seq for first, last in runs for seq in range(first, last + 1)]


def rows_in_order(path: Path, epoch: int) -> Iterator[Row]:
    """Yield an epoch's rows, holes or not."""
    reader, last = JournalReader(path), 0
    while page := reader.rows(epoch, last):
        yield from page
        last = page[-1].seq
