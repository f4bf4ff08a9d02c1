"""The power cut at every call: legal states of the disk are laid out, opened and judged."""

import hashlib
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.bytes_in_flight import Bytes, Fate, is_zeros
from tests.crash.calls import Call, Create, Link, Remove, Rename, Write
from tests.crash.disk import Disk, Files, Rules

# The lock says nothing later, and the panel's record is read from the calls.
LEFT_OUT = ("-shm", ".lock", "panel.jsonl")
# What SQLite shares between processes is mapped memory: nobody can say what of it came to the disk.
SHARED = "journal.sqlite-shm"
SHARED_BYTES = 32_768
MOST_EACH = 8
AFTER_NAMING = 4
NAMING = (Create, Rename, Link, Remove)
MANY_ZEROS = 32


@dataclass(frozen=True, slots=True)
class Cut:
    """One state the disk may be found in, after so many calls."""

    place: int
    files: Files


@dataclass(slots=True)
class Explored:
    """What an exploration came to."""

    states: int = 0
    losses: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        pace = self.states / max(self.seconds, 0.001)
        return f"{self.states} states, {pace:.0f} a second, {len(self.losses)} with a loss"


def cuts(
    start: Mapping[str, bytes], calls: list[Call], rules: Rules, dice: random.Random, each: int
) -> Iterator[Cut]:
    """Yield states for a cut after every call: nothing in flight arrived, all did, and some in between.

    `each` change in flight adds so many, up to `MOST_EACH` changes, and a change of names some more.
    """
    disk = Disk(rules, start)
    for place, call in enumerate(calls, 1):
        if not getattr(call, "file", "").endswith(LEFT_OUT):
            disk.do(call)
        if isinstance(call, Write) and is_zeros(call) and place % MANY_ZEROS:
            # A file that is given its size in many small steps looks much the same after each of them.
            continue
        between = each * min(MOST_EACH, disk.in_flight()) + AFTER_NAMING * isinstance(call, NAMING)
        fates = [Fate.NONE, Fate.ALL, *[None] * between]
        yield from (Cut(place, _found(disk.after_cut(dice, fate), dice)) for fate in fates)


def explore(
    found: Iterable[Cut],
    due: Callable[[int], int],
    judge: Callable[[Path, int], str | None],
    folder: Path,
    most_losses: int = 20,
) -> Explored:
    """Judge every state once for what had been confirmed by then, until there are losses enough."""
    explored, seen, began = Explored(), set[tuple[int, bytes]](), time.monotonic()
    for cut in found:
        if len(explored.losses) >= most_losses:
            break
        mark = (due(cut.place), _digest(cut.files))
        if mark in seen:
            continue
        seen.add(mark)
        explored.states += 1
        lay_out(cut.files, folder)
        wrong = judge(folder, mark[0])
        if wrong is not None:
            explored.losses.append(f"cut after call {cut.place}: {wrong}")
    explored.seconds = time.monotonic() - began
    return explored


def lay_out(files: Files, folder: Path) -> None:
    """Make a folder hold these files and no others; sub-folders are kept."""
    for old in folder.rglob("*"):
        if old.is_file():
            old.unlink()
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.head)
        os.truncate(target, data.size)


def _found(files: Files, dice: random.Random) -> Files:
    if dice.randrange(4):
        return files
    return {**files, SHARED: Bytes(bytearray(dice.randbytes(SHARED_BYTES)), SHARED_BYTES)}


def _digest(files: Files) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(files.keys() - {SHARED}):
        digest.update(f"{name} {files[name].size} ".encode())
        digest.update(files[name].head)
    return digest.digest()
