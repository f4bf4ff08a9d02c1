"""Put a backup in the place of what a central holds, proven first, and begin a new life of its store."""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from central.config import CentralConfig, PostgresConfig
from central.errors import ConfigError, UnavailableError
from central.store import readiness
from central.work import keys
from central.work.backup import EVIDENCE, RECORDS, say_safe
from central.work.backup_files import MANIFEST, digests, flush
from central.work.incarnation import FILE_NAME, Incarnation, read_incarnation, write_incarnation
from station.errors import SettingsError

_MAKING: Final = ".restoring"
_ASIDE: Final = "replaced-"
_KEYS: Final = "keys"
_NEEDED: Final = ("records.sqlite", FILE_NAME, "keyring.json")

FoundEvidence = Callable[[PostgresConfig], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: the life begun, when the backup was made, and where the old files are now."""

    incarnation: Incarnation
    made_at: str
    aside: Path | None


def restore(
    config: CentralConfig,
    folder: Path,
    now: datetime,
    inc: str,
    *,
    is_replacing: bool,
    found_evidence: FoundEvidence | None = None,
) -> Restored:
    """Put the backup in `folder` back and return what came of it; the caller sees to it that nobody serves.

    Everything is proven by the manifest before anything is touched, and what was there before is kept in
    a folder beside it. The secret keys are in no backup: they must lie in the data folder already, and fit.
    `inc` is random; `found_evidence` makes the tables of the evidence on PostgreSQL. Raises ConfigError
    and UnavailableError.
    """
    made_at, expected = proven(folder)
    _check_place(config, is_replacing=is_replacing)
    _check_keys(config, folder)
    begun = _newest_life(folder / FILE_NAME, config.data / FILE_NAME).next(inc)
    making = config.data / _MAKING
    try:
        _make(folder, making, expected)
        write_incarnation(making / FILE_NAME, begun)
        if (making / EVIDENCE).exists():
            say_safe(making, making / EVIDENCE)
        if config.postgres is not None:
            _carry_in(config.postgres, making, found_evidence)
        aside = _put_aside(config.data, now)
        _put_in_place(config, making)
    except OSError as error:
        msg = f"{config.data} cannot be restored ({error.strerror}); see to its space and rights, then again"
        raise UnavailableError(msg) from error
    return Restored(begun, made_at, aside)


def proven(folder: Path) -> tuple[str, Mapping[str, str]]:
    """Return when a backup was made and the digests of its files, each of which is still as it was."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        made_at, expected, version = str(manifest["made_at"]), dict(manifest["sha256"]), manifest["v"]
        found = {name: digest for name, digest in digests(folder).items() if name != MANIFEST}
    except OSError as error:
        msg = f"{folder} is no backup ({error.strerror}: {MANIFEST}); name a folder made by backup"
        raise UnavailableError(msg) from error
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{folder / MANIFEST} cannot be read; take another backup"
        raise UnavailableError(msg) from error
    if version != 1:
        msg = f"{folder} was made by a newer rollbook; upgrade rollbook first"
        raise ConfigError(msg)
    # What somebody laid beside it since is left where it is.
    needed = {*_NEEDED, *expected}
    differing = sorted(name for name in needed if name not in found or found[name] != expected.get(name))
    if differing:
        msg = f"{folder} is not as it was made: {', '.join(differing)}; take another backup"
        raise UnavailableError(msg)
    return made_at, expected


def _check_place(config: CentralConfig, *, is_replacing: bool) -> None:
    if config.postgres is not None and (tables := readiness.held(config.postgres)):
        msg = (
            f"{readiness.place(config)} holds {len(tables)} tables and is left as it is; name another"
            " database, or have the schema renamed or dropped first"
        )
        raise ConfigError(msg)
    held = [name for name in ("evidence.sqlite", "records.sqlite") if (config.data / name).exists()]
    if held and not is_replacing:
        msg = f"{config.data} holds {' and '.join(held)}; say --replace to keep them aside and go on"
        raise ConfigError(msg)


def _check_keys(config: CentralConfig, folder: Path) -> None:
    """Refuse to go on without the secret keys whose public halves stations and phones know."""
    try:
        keys.school_key(config.keys)
        for path in sorted((folder / _KEYS).glob("*.pub")):
            mine = keys.signing_key(config.keys, path.stem).verify_key
            if mine.public.hex() != path.read_text(encoding="ascii").strip():
                msg = f"{path.stem}.key in {config.keys} is not of this backup; fetch the one kept with it"
                raise ConfigError(msg)
    except SettingsError as error:
        msg = (
            f"{error}; no backup holds secret keys: fetch the folder {_KEYS} from where it is kept, put it"
            f" into {config.data}, then again"
        )
        raise ConfigError(msg) from error


def _newest_life(*paths: Path) -> Incarnation:
    """Return the life of the highest term among those that can be read; the first must be."""
    newest = read_incarnation(paths[0])
    for path in paths[1:]:
        with suppress(ConfigError):
            newest = max(newest, read_incarnation(path), key=lambda life: life.term)
    return newest


def _make(folder: Path, making: Path, expected: Mapping[str, str]) -> None:
    """Copy everything beside its place, onto the disk, and look at the copies once more."""
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    for name in expected:
        target = making / PurePosixPath(name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy2(folder / name, target)
        flush(target)
    if digests(making) != expected:
        msg = f"{making} is not what was read from {folder}; look at both disks"
        raise UnavailableError(msg)


def _carry_in(postgres: PostgresConfig, making: Path, found_evidence: FoundEvidence | None) -> None:
    """Carry both databases into the school's schema; their files stay in the backup alone."""
    from central.store import portable  # its driver takes longer to load than some commands run

    if (making / EVIDENCE).exists() and found_evidence is not None:
        found_evidence(postgres)
        portable.pour_evidence(postgres, making / EVIDENCE)
    portable.copy_in(making / RECORDS)
    for name in (RECORDS, EVIDENCE):
        (making / name).unlink(missing_ok=True)


def _put_aside(data: Path, now: datetime) -> Path | None:
    """Move away what was there before, the file without which nothing serves first."""
    kept = {_KEYS, _MAKING}
    old = [
        path
        for path in data.iterdir()
        if path.name not in kept and path.suffix != ".lock" and not path.name.startswith(_ASIDE)
    ]
    if not old:
        return None
    aside = data / f"{_ASIDE}{now:%Y%m%dT%H%M%SZ}"
    aside.mkdir(mode=0o700)
    for path in sorted(old, key=lambda path: path.name != FILE_NAME):
        path.rename(aside / path.name)
    return aside


def _put_in_place(config: CentralConfig, making: Path) -> None:
    """Move the copies into place, the file without which nothing serves last."""
    for path in (making / _KEYS).glob("*.pub"):
        path.replace(config.keys / path.name)
    (making / _KEYS).rmdir()
    (config.data / "rosters").mkdir(exist_ok=True)
    for path in _last(making.iterdir(), FILE_NAME):
        path.replace(config.data / path.name)
        flush(config.data)
    making.rmdir()


def _last(paths: Iterable[Path], name: str) -> list[Path]:
    return sorted(paths, key=lambda path: path.name == name)
