"""The command `salvage`: examine the journal, salvage it where it must be, and tell what is missing."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from station.errors import EXIT_DONE, EXIT_FINDINGS
from station.journal import Identity
from station.salvage import is_due, salvage
from station.salvage.examine import examine
from station.salvage.salvaged import Range, Salvaged
from station.tap import Reading

_MOST_SHOWN = 20


def salvage_journal(
    path: Path, sidecar_dir: Path, identity: Identity, reading: Reading, stamp: str, out: TextIO
) -> int:
    """Salvage a journal unless it is sound, print what was kept and what is missing, return the exit code.

    1 when rows are missing or nothing is left. Raises JournalError, JournalBusyError while a station runs.
    """
    examined = examine(path)
    why = is_due(path, sidecar_dir, identity)
    if not examined.problems and why is None:
        print(f"{path}: sound, {examined.rows} entries; there is nothing to salvage", file=out)
        for doubt in examined.doubts:
            print(f"{doubt}: a power cut leaves that too, and the next start clears it", file=out)
        return EXIT_DONE
    for problem in examined.problems or (f"{path}: {why}",):
        print(problem, file=out)
    found = salvage(path, sidecar_dir, identity, reading, partial(secrets.randbits, 63), stamp)
    tell(found, out)
    is_lost = found.missing or not found.kept
    return EXIT_FINDINGS if is_lost else EXIT_DONE


def tell(found: Salvaged, out: TextIO) -> None:
    """Print what a salvage kept and what it could not, epoch by epoch."""
    for epoch in found.epochs:
        if epoch.epoch is None:
            print("nothing of the journal could be proven: every entry is missing", file=out)
            continue
        kept = epoch.from_file + epoch.from_sidecar
        print(
            f"epoch {epoch.epoch}: {kept} entries kept, {epoch.from_sidecar} by the sidecar alone", file=out
        )
        print(f"  missing: {_ranges(epoch.missing) or 'none'}", file=out)
        if not epoch.is_tail_known:
            last = epoch.kept[-1][1]
            print(f"  whether anything came after sequence {last} cannot be known", file=out)
    is_known = all(epoch.is_tail_known for epoch in found.epochs)
    missing = f"{found.missing} {'missing' if is_known else 'known to be missing'}"
    print(f"{found.kept} entries kept, {missing}; the station begins a new epoch", file=out)
    if found.aside is not None:
        print(f"the damaged file is kept as {found.aside}", file=out)


def _ranges(runs: Sequence[Range]) -> str:
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in runs[:_MOST_SHOWN]]
    if len(runs) > _MOST_SHOWN:
        shown.append(f"and {len(runs) - _MOST_SHOWN} more ranges")
    return ", ".join(shown)
