"""Make a backup that can be proven: both databases, the public keys, and the digests of it all."""

import hashlib
import json
import shutil
from datetime import datetime
from pathlib import Path

from central.config import CentralConfig
from central.errors import ConfigError, UnavailableError
from central.store.copy import copy_database


def back_up(config: CentralConfig, folder: Path, now: datetime) -> Path:
    """Copy everything but the secret keys into a new folder inside `folder`, and return it.

    The folder appears only when every copy was checked. Raises ConfigError before `init`, and
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
    return target


def _copy(config: CentralConfig, target: Path, now: datetime) -> None:
    # Records first: evidence copied later can only know more than they do, and is read again.
    copy_database(config.records, target / "records.sqlite")
    if config.evidence.exists():
        copy_database(config.evidence, target / "evidence.sqlite")
    for name in ("server.json", "keyring.json"):
        shutil.copy2(config.data / name, target / name)
    shutil.copytree(config.data / "rosters", target / "rosters")
    (target / "keys").mkdir(mode=0o700)
    for path in config.keys.glob("*.pub"):
        shutil.copy2(path, target / "keys" / path.name)
    files = sorted(path for path in target.rglob("*") if path.is_file())
    digests = {str(path.relative_to(target)): _sha256(path) for path in files}
    text = json.dumps({"v": 1, "made_at": now.isoformat(), "sha256": digests}, indent=1)
    (target / "manifest.json").write_text(f"{text}\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
