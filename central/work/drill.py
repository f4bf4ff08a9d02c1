"""Rehearse a restore: put the newest backup back into a throw-away folder, and keep what came of it."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from central.config import CentralConfig
from central.errors import UnavailableError
from central.store import written_once
from central.store.json_text import text_at
from central.store.models import AuditEvent
from central.store.reading import Place, ask_once
from central.work import audit_heads, keys
from central.work.backup import EVIDENCE, RECORDS
from central.work.backup_shelf import Backup, backups, require_room
from central.work.live_records import live_records
from central.work.restore import restore
from sync_agent.signing import VerifyKey

VERB: Final = "restore-drill"
OFTEN_ENOUGH: Final = timedelta(days=35)
_BATCHES: Final = "SELECT count(*) FROM batch"
_SHOWN: Final = 20
_NO_LIFE: Final = "drill"

Prove = Callable[[CentralConfig], list[str]]
"""Bring the central of a configuration up as far as reading goes, in a process of its own, and prove it all.

Returns a sentence for each thing that does not prove itself."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What came of one rehearsal: findings, and how much lies in the backup and in central today."""

    backup: Backup
    findings: tuple[str, ...]
    rows: int
    live_rows: int
    batches: int
    live_batches: int

    @property
    def is_proven(self) -> bool:
        """Tell whether this backup can be put back."""
        return not self.findings


def newest(folder: Path) -> Backup:
    """Return the newest complete backup in a folder, or the backup the folder itself is.

    Raises UnavailableError.
    """
    found = backups(folder) or [each for each in backups(folder.parent) if each.path.name == folder.name]
    if not found:
        msg = f"{folder} holds no complete backup; make one with rollbook-central backup"
        raise UnavailableError(msg)
    return found[-1]


def rehearse(config: CentralConfig, backup: Backup, scratch: Path, now: datetime, prove: Prove) -> Drill:
    """Restore a backup below `scratch`, prove what came out, compare counts, and remove it all again.

    Neither the backup nor central is touched; no secret key leaves its folder. Raises CentralError.
    """
    with _place(scratch, backup) as place:
        elsewhere = CentralConfig(data_dir=str(place / "data"))
        _lend_keys(config.keys, elsewhere.keys)
        restore(elsewhere, backup.path, now, _NO_LIFE, is_replacing=False)
        _configure(place)
        findings = prove(elsewhere)
        restored = _count(elsewhere.records)
    key = VerifyKey.from_hex(keys.public(config.keys, keys.ACK))
    with live_records(config) as records:
        held, live = _count(backup.path / RECORDS), _count(records)
        told = list(audit_heads.proven(backup.path, records, key))
    findings += [*_differences(held, restored, "restored"), *_missing(held, live)]
    findings += [f"central today is not what was backed up: {sentence}" for sentence in told]
    places: tuple[Place, Place] = (backup.path / EVIDENCE, config.evidence_at)
    batches, live_batches = (sum(number for (number,) in ask_once(place, _BATCHES)) for place in places)
    if live_batches < batches:
        findings.append(f"central today holds {live_batches} batches, the backup {batches}: some are gone")
    rows = sum(held.values()), sum(live.values())
    return Drill(backup, tuple(findings), *rows, batches, live_batches)


def note(drill: Drill, by: str, now: datetime) -> None:
    """Keep for ever that a restore was rehearsed, by whom, and what came of it."""
    detail = {
        "proven": drill.is_proven,
        "findings": list(drill.findings[:_SHOWN]),
        "rows": drill.rows,
        "batches": drill.batches,
        "made_at": drill.backup.made_at.isoformat(),
    }
    AuditEvent.objects.create(at=now, by=by, verb=VERB, subject=drill.backup.path.name, detail=detail)


def last_proven() -> tuple[str, datetime] | None:
    """Return the name of the backup that was last proven to come back, and when; None before the first."""
    rows = AuditEvent.objects.alias(proven=text_at("detail__proven")).filter(verb=VERB, proven="true")
    rows = rows.order_by("-pk")
    return rows.values_list("subject", "at").first()


def overdue(now: datetime) -> str | None:
    """Return what to say where no restore was rehearsed for too long."""
    last = last_proven()
    since = last[1] if last else AuditEvent.objects.order_by("pk").values_list("at", flat=True).first()
    if since is None or now - since <= OFTEN_ENOUGH:
        return None
    when = f"since {since:%Y-%m-%d}" if last else "ever"
    return (
        f"no restore was rehearsed {when}; run rollbook-central restore-drill with the folder of the backups"
    )


@contextmanager
def _place(scratch: Path, backup: Backup) -> Iterator[Path]:
    try:
        require_room(scratch, 2 * sum(path.stat().st_size for path in backup.path.rglob("*")))
        with tempfile.TemporaryDirectory(prefix=".drill-", dir=scratch) as place:
            yield Path(place)
    except OSError as error:
        msg = f"{scratch} cannot take a rehearsal ({error.strerror}); name another folder with --scratch"
        raise UnavailableError(msg) from error


def _lend_keys(mine: Path, theirs: Path) -> None:
    # By name only: a copy would leave secrets in the free blocks of whatever disk this is.
    theirs.mkdir(mode=0o700, parents=True)
    for path in mine.iterdir():
        if path.suffix != ".pub":
            (theirs / path.name).symlink_to(path.absolute())


def _configure(place: Path) -> None:
    (place / "central.toml").write_text(f"data_dir = {json.dumps(str(place / 'data'))}\n", encoding="utf-8")


def _count(records: Path) -> Mapping[str, int]:
    counted = written_once.counts(records)
    return {table: counted[table] for table in written_once.tables() if table in counted}


def _differences(held: Mapping[str, int], restored: Mapping[str, int], what: str) -> Iterator[str]:
    for table, count in held.items():
        if restored.get(table) != count:
            yield f"{table}: {count} rows in the backup, {restored.get(table, 0)} {what}"


def _missing(held: Mapping[str, int], live: Mapping[str, int]) -> Iterator[str]:
    for table, count in held.items():
        if live.get(table, 0) < count:
            yield f"central today is short of rows that are written once: {table} had {count}"
