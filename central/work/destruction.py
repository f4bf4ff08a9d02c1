"""End an installation whose contract is over: hand over first, respect holds, remove all, and certify it."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from central.config import CentralConfig
from central.errors import RefusedError, UnavailableError
from central.store import written_once
from central.store.models import School, SchoolYear, Staff
from central.work import keys, rights
from central.work.backup import EVIDENCE, RECORDS
from central.work.backup_files import MANIFEST
from central.work.restore import proven
from central.work.retention import holds_of
from central.work.tool_rights import Right, Tool, require
from station.durable import sync_folder
from sync_agent.signed_text import SignedText
from sync_agent.signing import sign_note
from sync_agent.wire import VERSION, instant_text

PURPOSE: Final = "destruction"
_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Wish:
    """Who ends it and why, which backup was handed over, and where the certificate goes."""

    by: Staff
    reason: str
    handed_over: Path
    certificate: Path


def examine(config: CentralConfig, wish: Wish) -> None:
    """Return only if everything may be destroyed; nothing is touched.

    Raises RefusedError for a missing right or reason, a legal hold, and records the backup handed over
    does not have; UnavailableError for a backup that is not as it was made.
    """
    require(wish.by, Tool.SETTINGS, Right.WRITE)
    if config.postgres is not None:
        msg = (
            f"what lies in schema {config.postgres.schema} cannot be overwritten from here; restore the last"
            " backup without [postgres], destroy that, and have the schema and its backups dropped"
        )
        raise RefusedError(msg)
    rights.reason(wish.reason, "the end of an installation")
    if wish.certificate.resolve().is_relative_to(config.data.resolve()) or wish.certificate.exists():
        msg = f"{wish.certificate} must be a new file outside {config.data}; name another"
        raise RefusedError(msg)
    held = [f"{hold.name} ({year.name})" for year in SchoolYear.objects.all() for hold in holds_of(year)]
    if held:
        msg = f"nothing is destroyed under a legal hold: {', '.join(held)}; lift each with its reason first"
        raise RefusedError(msg)
    proven(wish.handed_over)
    lacking = [
        name
        for name, path in ((RECORDS, config.records), (EVIDENCE, config.evidence))
        if path.exists() and _contents(wish.handed_over / name) != _contents(path)
    ]
    if lacking:
        msg = f"{wish.handed_over} lacks what came since in {', '.join(lacking)}; hand over a newer backup"
        raise RefusedError(msg)


def certificate(config: CentralConfig, school: School, wish: Wish, now: datetime) -> str:
    """Return the signed text that says what is destroyed; raises SettingsError without the key."""
    files = [path for path in config.data.rglob("*") if path.is_file()]
    manifest = (wish.handed_over / MANIFEST).read_bytes()
    members = {
        "v": VERSION,
        "school": school.code,
        "at": instant_text(now),
        "by": wish.by.number,
        "reason": wish.reason,
        "handed_over": hashlib.sha256(manifest).hexdigest(),
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        "rows": {table: count for table, count in written_once.counts(config.records).items() if count},
    }
    signed = sign_note(PURPOSE, members, keys.signing_key(config.keys, keys.ACK))
    return SignedText(signed.pop("note"), signed).text()


def destroy(config: CentralConfig, text: str, target: Path) -> int:
    """Overwrite and remove everything in the data folder, then put the certificate in its place.

    What makes it serve goes first and the keys last, so that a run cut short leaves nothing that works
    and no certificate. Returns how many files there were. Raises UnavailableError.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        _write(part, text)
        files = [path for path in config.data.rglob("*") if path.is_file() or path.is_symlink()]
        for path in sorted(files, key=lambda path: (config.keys in path.parents, path.name != "server.json")):
            _erase(path)
        for folder in sorted((path for path in config.data.rglob("*") if path.is_dir()), reverse=True):
            folder.rmdir()
        config.data.rmdir()
        sync_folder(config.data.parent)
        part.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        msg = f"not all is destroyed ({error.strerror}: {error.filename}); remove {config.data} by hand"
        raise UnavailableError(msg) from error
    return len(files)


def _contents(path: Path) -> Mapping[str, object]:
    """Return what tells two states of a database apart: every table's rows, and the digests of some."""
    found: dict[str, object] = dict(written_once.counts(path)) if path.exists() else {}
    if path.name == RECORDS:
        for table, names in written_once.columns(path).items():
            found[f"{table}, its rows"] = list(written_once.heads(path, table, names))
    return found


def _erase(path: Path) -> None:
    if path.is_file() and not path.is_symlink():
        left = path.stat().st_size
        with path.open("r+b", buffering=0) as file:
            while left > 0:
                left -= file.write(bytes(min(left, _AT_ONCE)))
            os.fsync(file.fileno())
    path.unlink()


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
