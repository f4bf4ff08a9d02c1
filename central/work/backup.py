"""Make a backup that can be proven: both databases, the public keys, and the digests of it all."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from central.config import CentralConfig, PostgresConfig
from central.errors import ConfigError, UnavailableError
from central.store import readiness
from central.store.copy import copy_database
from central.store.evidence import Evidence
from central.store.heads import heads
from central.work import audit_heads, keys, published_file
from central.work.backup_files import MANIFEST, digests, flush_all
from central.work.backup_shelf import alone, clear, name_of, require_room
from station.durable import sync_folder

RECORDS: Final = "records.sqlite"
EVIDENCE: Final = "evidence.sqlite"
SAFE: Final = "safe.json"
_KEYS: Final = "keys"
# Whatever else lies in the data folder is copied as it is: a kind of file added later is not forgotten.
# Databases are copied at one instant, secret keys never; the rest is about this process or this disk.
_LEFT_OUT: Final = (
    _KEYS, SAFE, f"{RECORDS}*", f"{EVIDENCE}*", "evidence.mark", "*.lock", "*.new", ".*", "replaced-*"
)  # fmt: skip

FoundEvidence = Callable[[Path], None]


def back_up(
    config: CentralConfig, folder: Path, now: datetime, found_evidence: FoundEvidence | None = None
) -> Path:
    """Copy everything but the secret keys into a new folder inside `folder`, and return it.

    The folder appears only when every copy was checked and is on the disk; then stations are told that
    what is in it is safe. `found_evidence` makes an empty evidence file, for rows that come from PostgreSQL.
    Raises ConfigError before `init`, and UnavailableError when something cannot
    be copied or would fill the disk.
    """
    if not readiness.is_made(config):
        msg = f"{readiness.place(config)} does not exist; run rollbook-central init"
        raise ConfigError(msg)
    if folder.resolve().is_relative_to(config.data.resolve()):
        msg = f"{folder} lies in what is to be backed up; name a folder elsewhere, best on another disk"
        raise ConfigError(msg)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(folder):
            target = _made(config, folder, now, found_evidence)
    except OSError as error:
        msg = f"{folder} cannot take a backup ({error.strerror}); see to its space and rights"
        raise UnavailableError(msg) from error
    if (target / EVIDENCE).exists():
        say_safe(config.data, target / EVIDENCE)
    return target


def _made(config: CentralConfig, folder: Path, now: datetime, found_evidence: FoundEvidence | None) -> Path:
    target = folder / name_of(now)
    making = folder / f".{target.name}.making"
    if target.exists():
        msg = f"{target} exists already; wait a second and try again"
        raise UnavailableError(msg)
    clear(folder)
    require_room(folder, _size(config.data), config.data)
    making.mkdir(mode=0o700)
    try:
        _copy(config, making, now, found_evidence)
        flush_all(making)
        making.rename(target)
        sync_folder(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return target


def say_safe(data: Path, evidence: Path) -> None:
    """Let stations be told that what a copy of the evidence holds is in a backup; raises UnavailableError."""
    told = {"v": 1, "heads": heads(evidence)}
    try:
        published_file.replace(data / SAFE, json.dumps(told))
    except OSError as error:
        msg = f"{data / SAFE} cannot be written ({error.strerror}); the backup {evidence.parent} is good"
        raise UnavailableError(msg) from error


def _copy(config: CentralConfig, target: Path, now: datetime, found_evidence: FoundEvidence | None) -> None:
    # Records first: evidence copied later can only know more than they do, and is read again.
    if config.postgres is None:
        copy_database(config.records, target / RECORDS)
    else:
        _copy_out(config, config.postgres, target, found_evidence)
    # Before the rest, so that the head of these very records is among what is copied.
    audit_heads.add(config.data, target / RECORDS, keys.signing_key(config.keys, keys.ACK), now)
    if config.postgres is None and config.evidence.exists():
        copy_database(config.evidence, target / EVIDENCE)
    left_out = shutil.ignore_patterns(*_LEFT_OUT)
    shutil.copytree(config.data, target, ignore=left_out, copy_function=_copy_file, dirs_exist_ok=True)
    target.chmod(0o700)
    (target / _KEYS).mkdir(mode=0o700)
    for path in config.keys.glob("*.pub"):
        shutil.copy2(path, target / _KEYS / path.name)
    text = json.dumps({"v": 1, "made_at": now.isoformat(), "sha256": digests(target)}, indent=1)
    (target / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def _copy_out(
    config: CentralConfig, postgres: PostgresConfig, target: Path, found_evidence: FoundEvidence | None
) -> None:
    from central.store import portable  # its driver takes longer to load than some commands run

    readiness.require(config)  # another release's tables are not those a file is made with
    evidence = None
    if found_evidence is not None and Evidence(config.evidence_at).is_begun():
        evidence = target / EVIDENCE
        found_evidence(evidence)
    portable.copy_out(postgres, target / RECORDS, evidence)


def _copy_file(source: str, target: str) -> None:
    # Central goes on meanwhile: what it took away between the look and the copy is not missing.
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


def _size(data: Path) -> int:
    aside = set(data.glob("replaced-*"))
    files = (path for path in data.rglob("*") if path.is_file() and not aside & set(path.parents))
    return sum(path.stat().st_size for path in files)
