"""What `check` shows of the journal: its epochs, what each holds and lacks, and what stands beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from station.errors import JournalError
from station.journal import JournalReader
from station.journal.genesis import origin_of
from station.salvage import ASIDE

_MOST_SHOWN: Final = 10


def journal_lines(path: Path, writer: str, findings: list[str]) -> list[str]:
    """Return a line for the file, one an epoch and one for each thing beside it; adds what is not well."""
    journal = JournalReader(path)
    try:
        epochs = journal.epochs()
    except JournalError as error:
        findings.append(f"{error}; run `rollbook-station salvage`, or start the station, which does it")
        return [f"{path}: damaged"]
    if not epochs:
        return [f"none yet at {path}; the first start begins it"]
    lines = [f"{path}, written by {writer}"]
    lines += [_epoch(path, journal, epoch, findings) for epoch in epochs]
    if aside := sorted(file.name for file in path.parent.glob(f"{path.name}{ASIDE}*")):
        lines.append(f"put aside by a salvage, to be kept until it was looked into: {', '.join(aside)}")
    return lines


def _epoch(path: Path, journal: JournalReader, epoch: int, findings: list[str]) -> str:
    from station.listing import verified

    try:
        reason = _reason(journal, epoch)
        count = sum(1 for _ in verified(path, epoch))
        holes = journal.holes(epoch)
    except JournalError as error:
        findings.append(f"{error}; run `rollbook-station salvage`, or start the station, which does it")
        return f"epoch {epoch}: damaged"
    line = f"epoch {epoch} ({reason}): {count} entries, the chain holds"
    if holes:
        shown = ", ".join(f"{first}-{last}" for first, last in holes[:_MOST_SHOWN])
        more = f" and {len(holes) - _MOST_SHOWN} more" if len(holes) > _MOST_SHOWN else ""
        line += f"; a salvage could not bring back {shown}{more}"
    return line


def _reason(journal: JournalReader, epoch: int) -> str:
    origin = origin_of(next(iter(journal.rows(epoch, 0, 1)), None))
    return "its beginning is lost" if origin is None else str(origin.get("reason"))
