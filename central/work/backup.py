"""Make a backup that can be proven: both databases, the public keys, and the digests of it all."""

import hashlib
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

from central.config import CentralConfig
from central.errors import ConfigError, UnavailableError
from central.store.copy import copy_database
from central.store.heads import heads
from central.work import documents, paper_files, published_file

MANIFEST: Final = "manifest.json"
EVIDENCE: Final = "evidence.sqlite"
SAFE: Final = "safe.json"
# What is published to stations; the folders of a central that publishes none of it yet are not there.
_PUBLISHED: Final = ("rosters", "configs", "certificates")
# What people handed in: the files themselves.
_HANDED_IN: Final = (documents.FOLDER, paper_files.FOLDER)
_DRAFTS: Final = shutil.ignore_patterns("*.new", ".*")


def back_up(config: CentralConfig, folder: Path, now: datetime) -> Path:
    """Copy everything but the secret keys into a new folder inside `folder`, and return it.

    The folder appears only when every copy was checked; then stations are told that what is in it is
    safe. Raises ConfigError before `init`, and
    UnavailableError when something cannot be copied.
    """
    if not config.records.exists():
        msg = f"{config.records} does not exist; run rollbook-central init"
        raise ConfigError(msg)
    target = folder / f"rollbook-{now:%Y%m%dT%H%M%SZ}"
    making = folder / f".{target.name}.making"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            msg = f"{target} exists already; wait a second and try again"
            raise UnavailableError(msg)
        making.mkdir(mode=0o700)
    except OSError as error:
        msg = f"{folder} cannot take a backup ({error.strerror}); name another folder"
        raise UnavailableError(msg) from error
    try:
        _copy(config, making, now)
        making.rename(target)
    except OSError as error:
        msg = f"{folder} cannot take a backup ({error.strerror}); see to its space and rights"
        raise UnavailableError(msg) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    if (target / EVIDENCE).exists():
        say_safe(config.data, target / EVIDENCE)
    return target


def say_safe(data: Path, evidence: Path) -> None:
    """Let stations be told that what a copy of the evidence holds is in a backup; raises UnavailableError."""
    told = {"v": 1, "heads": heads(evidence)}
    try:
        published_file.replace(data / SAFE, json.dumps(told))
    except OSError as error:
        msg = f"{data / SAFE} cannot be written ({error.strerror}); the backup {evidence.parent} is good"
        raise UnavailableError(msg) from error


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): _sha256(path) for path in files}


def _copy(config: CentralConfig, target: Path, now: datetime) -> None:
    # Records first: evidence copied later can only know more than they do, and is read again.
    copy_database(config.records, target / "records.sqlite")
    if config.evidence.exists():
        copy_database(config.evidence, target / EVIDENCE)
    for name in ("server.json", "keyring.json"):
        shutil.copy2(config.data / name, target / name)
    for name in (*_PUBLISHED, *_HANDED_IN):
        if (config.data / name).is_dir():
            shutil.copytree(config.data / name, target / name, ignore=_DRAFTS)
    for path in config.data.glob("checkpoint.*"):
        shutil.copy2(path, target)
    (target / "keys").mkdir(mode=0o700)
    for path in config.keys.glob("*.pub"):
        shutil.copy2(path, target / "keys" / path.name)
    text = json.dumps({"v": 1, "made_at": now.isoformat(), "sha256": digests(target)}, indent=1)
    (target / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
