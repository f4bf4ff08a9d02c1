"""The folder backups stand in: which are complete, which may go, and the same ones in a second folder."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from central.errors import UnavailableError
from central.work.backup_files import MANIFEST, digests, flush_all
from station.durable import sync_folder

_NAME: Final = re.compile(r"rollbook-(\d{8}T\d{6})Z")
_MAKING: Final = ".making"
_GOING: Final = ".going"
_SPARE_BYTES: Final = 16_000_000
# Where central's own data lies on the same disk, stations and teachers need room as well.
_SPARE_BESIDE_DATA_BYTES: Final = 500_000_000


@dataclass(frozen=True, slots=True)
class Backup:
    """A complete backup and when it was made."""

    path: Path
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many of the newest days and weeks that have a backup the newest one of each stays."""

    days: int
    weeks: int


def name_of(at: datetime) -> str:
    """Return the name of a backup made then."""
    return f"rollbook-{at:%Y%m%dT%H%M%SZ}"


def backups(folder: Path) -> list[Backup]:
    """Return the complete backups in a folder, the oldest first; half-written ones never have such a name."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        named = _NAME.fullmatch(path.name)
        if named and (path / MANIFEST).is_file():
            made_at = datetime.strptime(named[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            found.append(Backup(path, made_at))
    return sorted(found, key=lambda backup: backup.made_at)


def superfluous(found: Sequence[Backup], keep: Keep) -> list[Backup]:
    """Return which backups may go; never the newest."""
    newest_first = sorted(found, key=lambda backup: backup.made_at, reverse=True)
    days: dict[object, Backup] = {}
    weeks: dict[object, Backup] = {}
    for backup in newest_first:
        days.setdefault(backup.made_at.date(), backup)
        weeks.setdefault(backup.made_at.isocalendar()[:2], backup)
    stays = {*newest_first[:1], *list(days.values())[: keep.days], *list(weeks.values())[: keep.weeks]}
    return [backup for backup in found if backup not in stays]


def prune(folder: Path, keep: Keep) -> list[Path]:
    """Remove the backups that may go and return them; half a backup is never left under a whole one's name.

    Raises OSError.
    """
    gone = superfluous(backups(folder), keep)
    for backup in gone:
        going = folder / f".{backup.path.name}{_GOING}"
        backup.path.rename(going)
        sync_folder(folder)
        shutil.rmtree(going)
    return [backup.path for backup in gone]


def copy_to(made: Path, folder: Path) -> Path:
    """Copy a complete backup into a second folder, prove the copy by its manifest, and return it.

    Raises UnavailableError; the folder must be there, since a disk that is not plugged in must not be
    taken for an empty one.
    """
    if not folder.is_dir():
        msg = f"{folder} is not there; plug in or mount what it is on, or make it once by hand"
        raise UnavailableError(msg)
    target = folder / made.name
    making = folder / f".{made.name}{_MAKING}"
    try:
        clear(folder)
        _require_new(target)
        require_room(folder, sum(path.stat().st_size for path in made.rglob("*") if path.is_file()))
        shutil.copytree(made, making)
        flush_all(making)
        expected = json.loads((made / MANIFEST).read_text(encoding="utf-8"))["sha256"]
        found = {name: digest for name, digest in digests(making).items() if name != MANIFEST}
        if found != expected:
            msg = f"the copy in {folder} is not what was made in {made}; look at both disks"
            raise UnavailableError(msg)
        making.rename(target)
        sync_folder(folder)
    except OSError as error:
        msg = f"{folder} cannot take a second copy ({error.strerror}); {made} itself is good"
        raise UnavailableError(msg) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return target


def _require_new(target: Path) -> None:
    if target.exists():
        msg = f"{target} exists already; name another folder for the second copy"
        raise UnavailableError(msg)


def require_room(folder: Path, needed_bytes: int, beside: Path | None = None) -> None:
    """Raise UnavailableError where a backup would leave too little room; nothing was written then.

    `beside` is central's data folder: on one disk with it, more has to stay free.
    """
    is_shared = beside is not None and folder.stat().st_dev == beside.stat().st_dev
    spare = _SPARE_BESIDE_DATA_BYTES if is_shared else _SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + spare:
        msg = (
            f"{folder} has {free // 1_000_000} MB free, and a backup takes {needed_bytes // 1_000_000} MB"
            f" and leaves {spare // 1_000_000} MB; make room, or keep fewer (--keep-days, --keep-weeks)"
        )
        raise UnavailableError(msg)


def clear(folder: Path) -> None:
    """Remove what backups left that were killed; the caller alone works here. Raises OSError."""
    for path in folder.glob(".rollbook-*"):
        if path.name.endswith((_MAKING, _GOING)):
            shutil.rmtree(path)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process at a time write backups into a folder; raises UnavailableError, OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _take(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        msg = f"another backup is being written into {folder}; wait for it"
        raise UnavailableError(msg) from error
