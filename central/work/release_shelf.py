"""Central's copy of the folder of signed releases: taken over whole, never back to an older one."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from central.errors import RefusedError
from central.store.models import AuditEvent
from station.durable import sync_folder

FOLDER: Final = "releases"
_VERSION: Final = re.compile(r"rollbook-([0-9]+(?:\.[0-9]+){1,3})\.json")


def add(data: Path, source: Path, now: datetime, by: str) -> list[str]:
    """Take a folder of signed releases over into central's data folder; return the versions in it.

    The stations prove the signatures; here only that the folder is complete, and no older than what is
    there. Raises RefusedError, and then nothing is offered that was not before.
    """
    timestamp = _note(source / "metadata/timestamp.json")
    targets, files = _contents(source, timestamp)
    shelf = data / FOLDER
    before = shelf / "metadata/timestamp.json"
    if before.exists() and int(str(timestamp["version"])) < int(str(_note(before)["version"])):
        msg = f"{source} is older than what central holds; take the newest folder of releases"
        raise RefusedError(msg)
    for name in ("targets", "metadata"):
        (shelf / name).mkdir(parents=True, exist_ok=True)
        for file in files if name == "targets" else sorted((source / name).glob("*.json")):
            if file.name != before.name:
                _copy(file, shelf / name / file.name)
    # Last of all: what it names is here.
    _copy(source / "metadata/timestamp.json", before)
    versions = _versions(targets)
    detail = {"releases": versions, "folder": int(str(timestamp["version"]))}
    AuditEvent.objects.create(at=now, by=by, verb="add-releases", subject=versions[-1], detail=detail)
    return versions


def listed(data: Path) -> list[str]:
    """Return the releases central offers, the oldest first; none where none was added."""
    timestamp = data / FOLDER / "metadata/timestamp.json"
    return _versions(_targets(data / FOLDER, _note(timestamp))) if timestamp.exists() else []


def _contents(source: Path, timestamp: Mapping[str, object]) -> tuple[Mapping[str, object], list[Path]]:
    targets = _targets(source, timestamp)
    if not _versions(targets):
        msg = f"{source} holds no release; build one with `rollbook-provision release build`"
        raise RefusedError(msg)
    files = []
    for name, target in targets.items():
        try:
            digest = str(target["hashes"]["sha256"])  # type: ignore[index]  # a note of another form is refused
            file = source / "targets" / f"{digest}.{name}"
            is_right = hashlib.sha256(file.read_bytes()).hexdigest() == digest
        except (OSError, KeyError, TypeError):
            is_right = False
        if not is_right:
            msg = f"{source}: {name[:80]} is missing or damaged; take a complete copy of the folder"
            raise RefusedError(msg)
        files.append(file)
    return targets, files


def _targets(folder: Path, timestamp: Mapping[str, object]) -> Mapping[str, object]:
    snapshot = _note(folder / f"metadata/{_number(timestamp, 'snapshot.json')}.snapshot.json")
    found = _note(folder / f"metadata/{_number(snapshot, 'targets.json')}.targets.json").get("targets")
    return found if isinstance(found, dict) else {}


def _number(note: Mapping[str, object], name: str) -> int:
    try:
        return int(note["meta"][name]["version"])  # type: ignore[index]  # a note of another form is refused
    except (KeyError, TypeError, ValueError) as error:
        msg = f"a note of the folder of releases does not name {name}; take a complete copy of the folder"
        raise RefusedError(msg) from error


def _note(file: Path) -> Mapping[str, object]:
    try:
        signed = json.loads(file.read_bytes())["signed"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"{file} cannot be read; name a folder of signed releases, as `release build` makes it"
        raise RefusedError(msg) from error
    if not isinstance(signed, dict):
        msg = f"{file} is no note of a folder of releases; take a complete copy of the folder"
        raise RefusedError(msg)
    return signed


def _versions(targets: Mapping[str, object]) -> list[str]:
    found = [match[1] for name in targets if (match := _VERSION.fullmatch(name))]
    return sorted(found, key=lambda version: tuple(map(int, version.split("."))))


def _copy(source: Path, target: Path) -> None:
    # A dot before the name: what is half written is given to nobody.
    draft = target.with_name(f".{target.name}")
    shutil.copyfile(source, draft)
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    draft.replace(target)
    sync_folder(target.parent)
