"""A folder of signed releases: add one, sign it anew, whole at every moment."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from securesystemslib.signer._crypto_signer import CryptoSigner

# What the libraries give by public names too, without telling a type checker.
from tuf.api._payload import MetaFile, Snapshot, T, TargetFile, Targets, Timestamp
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata

from provisioning import release_keys
from provisioning.board.update.folder import METADATA, TARGETS
from provisioning.board.update.layout import ordered
from provisioning.board.update.proof import NEWEST
from provisioning.errors import ReleaseError
from station.durable import place

LASTS_DAYS: Final = 90
"""A board takes no new release from a folder that was not signed anew for so long."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a release is made of: its wheels, and for each platform their names and what apt gives."""

    version: str
    wheels: Mapping[str, Path]
    platforms: Mapping[str, Sequence[str]]
    from_apt: Mapping[str, Sequence[str]]

    def description(self) -> bytes:
        """Return the text boards read, the same for the same release."""
        platforms = {
            name: {"wheels": sorted(names), "from_apt": sorted(self.from_apt.get(name, ()))}
            for name, names in self.platforms.items()
        }
        told = {"v": 1, "version": self.version, "platforms": platforms}
        return (json.dumps(told, indent=1, sort_keys=True) + "\n").encode()


def add(folder: Path, parts: Parts, keys: Path, now: datetime, lasts_days: int = LASTS_DAYS) -> None:
    """Put a release into a folder of signed ones, or begin the folder with it.

    What is there stays: boards may be fetching it. Raises ReleaseError for a version that is there or is
    older than the newest, KeyFileError.
    """
    before = _targets(folder)
    given = {file.name: file.read_bytes() for file in parts.wheels.values()}
    given |= {f"rollbook-{parts.version}.json": parts.description()}
    if before is not None:
        _require_newer(folder, before.signed, parts.version)
        for name, target in before.signed.targets.items():
            if name in given and target.hashes["sha256"] != _digest(given[name]):
                msg = f"{name} is in {folder} already, with other content; give the file another version"
                raise ReleaseError(msg)
    given[NEWEST] = parts.description()
    (folder / TARGETS).mkdir(parents=True, exist_ok=True)
    (folder / METADATA).mkdir(exist_ok=True)
    targets = before.signed if before is not None else Targets()
    for name, content in given.items():
        place(folder / TARGETS / f"{_digest(content)}.{name}", content)
        targets.targets[name] = TargetFile.from_data(name, content, ["sha256"])
    if before is not None:
        targets.version += 1
    _sign(folder, targets, keys, now, lasts_days)


def renew(folder: Path, keys: Path, now: datetime, lasts_days: int = LASTS_DAYS) -> None:
    """Sign what a folder holds anew, so that boards go on believing that it is up to date."""
    before = _targets(folder)
    if before is None:
        msg = f"{folder} holds no signed releases; begin with `rollbook-provision release build`"
        raise ReleaseError(msg)
    before.signed.version += 1
    _sign(folder, before.signed, keys, now, lasts_days)


def listed(folder: Path) -> list[str]:
    """Return the versions in a folder as it says itself, the oldest first; nothing of it is proven."""
    before = _targets(folder)
    names = () if before is None else before.signed.targets
    versions = [
        name.removeprefix("rollbook-").removesuffix(".json")
        for name in names
        if name.startswith("rollbook-") and name.endswith(".json")
    ]
    return sorted(versions, key=ordered)


def _sign(folder: Path, targets: Targets, keys: Path, now: datetime, lasts_days: int) -> None:
    """Write the notes in the order in which they are of use; the last one makes all others count."""
    daily = release_keys.signer(keys / release_keys.RELEASE_KEY)
    end = (now + timedelta(days=lasts_days)).replace(microsecond=0)
    notes = folder / METADATA
    for file in sorted(keys.glob(f"*.{release_keys.ROOT}")):
        place(notes / file.name, file.read_bytes())
    targets.expires = end
    number = targets.version
    place(notes / f"{number}.targets.json", _note(targets, daily))
    snapshot = Snapshot(version=number, expires=end, meta={"targets.json": MetaFile(version=number)})
    place(notes / f"{number}.snapshot.json", _note(snapshot, daily))
    timestamp = Timestamp(version=number, expires=end, snapshot_meta=MetaFile(version=number))
    place(notes / "timestamp.json", _note(timestamp, daily))


def _note(signed: T, key: CryptoSigner) -> bytes:
    note = Metadata(signed)
    note.sign(key)
    return note.to_bytes()


def _targets(folder: Path) -> Metadata[Targets] | None:
    notes = folder / METADATA
    if not (notes / "timestamp.json").exists():
        return None
    try:
        timestamp = Metadata[Timestamp].from_file(str(notes / "timestamp.json")).signed
        number = timestamp.snapshot_meta.version
        snapshot = Metadata[Snapshot].from_file(str(notes / f"{number}.snapshot.json")).signed
        number = snapshot.meta["targets.json"].version
        return Metadata[Targets].from_file(str(notes / f"{number}.targets.json"))
    except (RepositoryError, OSError, KeyError) as error:
        msg = f"{folder} holds a damaged list of releases ({error}); take a sound copy of it"
        raise ReleaseError(msg) from error


def _require_newer(folder: Path, targets: Targets, version: str) -> None:
    if f"rollbook-{version}.json" in targets.targets:
        msg = f"{folder} holds release {version} already; give the release a new version"
        raise ReleaseError(msg)
    newest = max(listed(folder), key=ordered, default=None)
    if newest is not None and ordered(version) < ordered(newest):
        msg = f"{folder} holds release {newest}, which is newer than {version}; stations take no older one"
        raise ReleaseError(msg)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
