"""The step `card`: which card this is, and how long it takes until a tap is safe on it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from station.acceptance.outcome import Outcome, Shown, share
from station.acceptance.site import Site
from station.journal import FILE_NAME, Journal
from station.machine import identity_of
from station.opening import random63
from station.tap import TOKEN_BYTES, Json, Kind, Tap
from station.vitals import text_of

COMMITS: Final = 200
SLOW_MS: Final = 250
"""A light that comes later than this after the card feels late, and the queue at the door grows."""

_NS_IN_MS: Final = 1_000_000
_TOLD: Final = ("name", "type", "manfid", "oemid", "date", "cid", "serial", "model", "fwrev")
_TODO: Final = (
    "take another card: a new one of a known maker, of class A1 or better; keep the old one if it holds taps"
)


def run(site: Site) -> Shown:
    """Write 200 taps to a journal of its own, by the code that writes real ones, and time each."""
    folder = site.scratch / "card"
    try:
        identity = identity_of_card(site.settings.state_dir, site.root)
        flushes_ms = sorted(_flush(site, folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    p99 = share(flushes_ms, 99)
    figures: dict[str, Json] = {
        "card": identity,
        "commits": COMMITS,
        "p50_ms": round(share(flushes_ms, 50), 2),
        "p99_ms": round(p99, 2),
        "max_ms": round(flushes_ms[-1], 2),
    }
    says = (
        f"{identity.get('name') or identity.get('model') or 'a disk'}: a tap is safe after "
        f"{figures['p50_ms']} ms, 99 of 100 within {figures['p99_ms']} ms, all within {figures['max_ms']} ms"
    )
    if p99 > SLOW_MS:
        return Shown(Outcome.FAILED, f"{says}; more than {SLOW_MS} ms is too slow", figures, _TODO)
    return Shown(Outcome.WELL, says, figures)


def identity_of_card(folder: Path, root: Path) -> dict[str, Json]:
    """Return what the kernel tells of the card or disk a folder lies on, nothing where it tells nothing."""
    number = folder.stat().st_dev
    block = (root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve()
    # A partition's own folder lies in that of its disk.
    disk = block.parent if (block / "partition").exists() else block
    told = {name: text_of(disk / "device" / name) for name in _TOLD}
    return {name: text for name, text in told.items() if text}


def _flush(site: Site, folder: Path) -> list[float]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    clock, taken = site.clock, list[float]()
    journal = Journal.open(folder / FILE_NAME, identity_of(site.settings), clock.reading(), random63)
    tap = Tap(bytes(TOKEN_BYTES), site.settings.token.key_id, site.settings.readers[0].name, {}).payload()
    try:
        for _ in range(COMMITS):
            reading = clock.reading()
            began = site.elapsed_ns()
            journal.append(Kind.TAP, tap, reading)
            taken.append((site.elapsed_ns() - began) / _NS_IN_MS)
    finally:
        journal.close()
    return taken
