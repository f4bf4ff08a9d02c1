"""What a salvage brought back and what it could not, as the entries of the journal itself tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from station.errors import EntryError
from station.journal.file import Row
from station.journal.reader import JournalReader
from station.tap import Json, Kind, decode

Range: TypeAlias = tuple[int, int]
"""The first and the last of a run of sequence numbers."""

_MOST_RANGES: Final = 400
"""How many ranges of each sort one entry names: a larger one could not be carried into a new epoch."""


@dataclass(slots=True)
class SalvagedEpoch:
    """One old epoch: what was kept of it, where from, and whether its end is known to be its end."""

    epoch: int | None
    kept: list[Range] = field(default_factory=list)
    missing: list[Range] = field(default_factory=list)
    from_file: int = 0
    from_sidecar: int = 0
    is_tail_known: bool = False

    def count(self, seq: int, *, in_file: bool) -> None:
        """Count the next row that was kept; what lies between it and the one before is missing."""
        before = self.kept[-1][1] if self.kept else 0
        if seq == before + 1 and self.kept:
            self.kept[-1] = (self.kept[-1][0], seq)
        else:
            self.kept.append((seq, seq))
        if seq > before + 1:
            self.missing.append((before + 1, seq - 1))
        self.from_file += in_file
        self.from_sidecar += not in_file

    def payloads(self, aside: str | None) -> Iterator[dict[str, Json]]:
        """Yield the payloads of the entries that tell it; one, unless there are very many holes."""
        for at in range(0, max(1, len(self.kept)), _MOST_RANGES):
            yield {
                "epoch": self.epoch,
                "kept": [list(run) for run in self.kept[at : at + _MOST_RANGES]],
                "missing": [list(run) for run in self.missing[at : at + _MOST_RANGES]],
                "from_file": 0 if at else self.from_file,
                "from_sidecar": 0 if at else self.from_sidecar,
                "aside": aside,
                "tail": "known" if self.is_tail_known else "unknown",
            }


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A salvage as a whole: the damaged file's new name, and every epoch from before it."""

    aside: Path | None
    epochs: tuple[SalvagedEpoch, ...]

    @property
    def kept(self) -> int:
        """How many rows were kept."""
        return sum(epoch.from_file + epoch.from_sidecar for epoch in self.epochs)

    @property
    def missing(self) -> int:
        """How many rows are known to be missing."""
        return sum(last - first + 1 for epoch in self.epochs for first, last in epoch.missing)


def read_back(path: Path) -> Salvaged | None:
    """Return the salvage a journal's youngest epoch began with, None when it began otherwise.

    Raises JournalError when the journal cannot be read.
    """
    journal = JournalReader(path)
    rows = [row for epoch in journal.epochs()[-1:] for row in journal.rows(epoch, 0)]
    told = [payload for row in rows if (payload := _payload(row)) is not None]
    if not told:
        return None
    found = dict[int | None, SalvagedEpoch]()
    for payload in told:
        number = _whole(payload.get("epoch"))
        epoch = found.setdefault(number, SalvagedEpoch(number))
        epoch.kept += _ranges(payload.get("kept"))
        epoch.missing += _ranges(payload.get("missing"))
        epoch.from_file += _whole(payload.get("from_file")) or 0
        epoch.from_sidecar += _whole(payload.get("from_sidecar")) or 0
        epoch.is_tail_known = payload.get("tail") == "known"
    aside = told[0].get("aside")
    return Salvaged(path.with_name(aside) if isinstance(aside, str) else None, tuple(found.values()))


def _payload(row: Row) -> Mapping[str, Json] | None:
    try:
        entry = decode(row.body)
    except EntryError:
        return None
    return entry.payload if entry.kind == Kind.SALVAGE and isinstance(entry.payload, dict) else None


def _whole(value: Json) -> int | None:
    return value if isinstance(value, int) else None


def _ranges(value: Json) -> list[Range]:
    runs = value if isinstance(value, list) else []
    return [(first, last) for first, last in runs if isinstance(first, int) and isinstance(last, int)]
