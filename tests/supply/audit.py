"""Hold the lock against a feed of known vulnerabilities (OSV), and never call silence good news."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from provisioning.release_lock import Pin

OLDEST: Final = timedelta(days=14)
_ECOSYSTEM: Final = "PyPI"


class FeedError(Exception):
    """Say why a feed proves nothing: nothing in it, nothing new in it, or it cannot be read."""


@dataclass(frozen=True, slots=True)
class Known:
    """One known vulnerability of one locked package."""

    package: str
    version: str
    id: str
    told: str


def read(feed: Path, now: datetime) -> list[Mapping[str, object]]:
    """Return the entries of a feed: OSV's `all.zip`, a folder of its files, or one JSON list.

    Raises FeedError also for a feed whose newest entry is older than a fortnight: no news would look
    like good news.
    """
    try:
        entries = list(_entries(feed))
        newest = max((datetime.fromisoformat(str(entry["modified"])) for entry in entries), default=None)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        msg = f"{feed} is no feed of vulnerabilities ({type(error).__name__}); fetch OSV's PyPI/all.zip"
        raise FeedError(msg) from error
    if newest is None:
        msg = f"{feed} names no vulnerability at all; fetch OSV's PyPI/all.zip"
        raise FeedError(msg)
    if newest.tzinfo is None:
        newest = newest.replace(tzinfo=UTC)
    if now - newest > OLDEST:
        msg = f"the newest entry of {feed} is of {newest:%Y-%m-%d}; fetch a newer one"
        raise FeedError(msg)
    return entries


def known(pins: Mapping[str, Pin], entries: Iterable[Mapping[str, object]]) -> list[Known]:
    """Return every entry that speaks of a locked version."""
    found = []
    for entry in entries:
        if entry.get("withdrawn"):
            continue
        for affected in _dicts(entry.get("affected")):
            name = _name(affected)
            if name in pins and _touches(affected, pins[name].version):
                told = str(entry.get("summary") or entry.get("details") or "")[:100]
                found.append(Known(name, pins[name].version, str(entry.get("id")), told))
    return sorted(set(found), key=lambda each: (each.package, each.id))


def _entries(feed: Path) -> Iterator[Mapping[str, object]]:
    if feed.is_dir():
        yield from (json.loads(path.read_text(encoding="utf-8")) for path in sorted(feed.glob("*.json")))
    elif feed.suffix == ".zip":
        with zipfile.ZipFile(feed) as archive:
            yield from (json.loads(archive.read(name)) for name in archive.namelist())
    else:
        yield from json.loads(feed.read_text(encoding="utf-8"))


def _name(affected: Mapping[str, object]) -> str:
    package = affected.get("package")
    if not isinstance(package, dict) or package.get("ecosystem") != _ECOSYSTEM:
        return ""
    return canonicalize_name(str(package.get("name")))


def _touches(affected: Mapping[str, object], version: str) -> bool:
    listed = affected.get("versions")
    if isinstance(listed, list) and version in listed:
        return True
    ranges = (each for each in _dicts(affected.get("ranges")) if each.get("type") == "ECOSYSTEM")
    return any(_within(list(_dicts(each.get("events"))), Version(version)) for each in ranges)


def _within(events: list[Mapping[str, object]], version: Version) -> bool:
    """Follow the events in their order; the last one at or before the version decides."""
    is_in = False
    for event in events:
        for word, at in event.items():
            if word == "introduced" and (at == "0" or version >= _version(at)):
                is_in = True
            elif (word == "fixed" and version >= _version(at)) or (
                word == "last_affected" and version > _version(at)
            ):
                is_in = False
    return is_in


def _version(text: object) -> Version:
    try:
        return Version(str(text))
    except InvalidVersion:
        # Whatever cannot be compared is taken for not fixed yet: a person has to look.
        return Version("0")


def _dicts(value: object) -> Iterator[Mapping[str, object]]:
    yield from (each for each in (value if isinstance(value, list) else []) if isinstance(each, dict))
