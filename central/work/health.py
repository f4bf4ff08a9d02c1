"""Whether central can do its work, and what is not well, in words an operator can act on."""

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from django.db import DatabaseError

from central.config import CentralConfig
from central.errors import CentralError
from central.store import readiness
from central.store.queries import standing
from central.work import keys
from central.work.backup import SAFE

LEAST_FREE_MB: Final = 500
MOST_WAITING: Final = 2_000
"""Batches; a morning after an outage brings fewer, and they are read within minutes."""
BACKUP_EVERY: Final = timedelta(hours=26)
"""An evening later, and the time a large copy takes."""
RENEW_BEFORE: Final = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not well; `stops` says that pages or records cannot be served while it lasts."""

    code: str
    says: str
    stops: bool = False


def problems(config: CentralConfig, now: datetime) -> list[Problem]:
    """Return what is not well, what stops central first."""
    found = [*_of_databases(config), *of_files(config), *of_certificate(config, now), *of_address(config)]
    if config.practice is None:
        found += of_backup(config, now)
    return sorted(found, key=lambda each: not each.stops)


def of_files(config: CentralConfig) -> Iterator[Problem]:
    """Tell what is wrong with the data folder, its keys and its disk."""
    if not config.data.is_dir():
        return
    mode = stat.S_IMODE(config.data.stat().st_mode)
    if mode & 0o077:
        yield Problem("folder", f"others may enter {config.data} (mode {mode:04o}); run chmod 700 on it")
    for sentence in keys.missing(config.keys):
        yield Problem("keys", sentence)
    free_mb = shutil.disk_usage(config.data).free // 1_000_000
    if free_mb < LEAST_FREE_MB:
        yield Problem("disk", f"only {free_mb} MB are free under {config.data}; make room")


def of_certificate(config: CentralConfig, now: datetime) -> Iterator[Problem]:
    """Tell whether the server's own certificate ends soon."""
    if config.tls is None:
        return
    file = config.tls.certificate
    try:
        ends = ends_at(Path(file))
    except (OSError, ValueError) as error:
        says = f"{file} cannot be read as a certificate ({type(error).__name__}); put the chain there as PEM"
        yield Problem("certificate", says)
        return
    left = ends - now
    if left <= timedelta(0):
        yield Problem("certificate", f"{file} ended on {ends:%Y-%m-%d}; renew it now, browsers refuse it")
    elif left < RENEW_BEFORE:
        says = f"{file} ends in {left.days} days; renew it, central takes the new one within a minute"
        yield Problem("certificate", says)


def ends_at(file: Path) -> datetime:
    """Return when the first certificate in a PEM file ends; raises OSError and ValueError."""
    ends: datetime = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    return ends


def of_address(config: CentralConfig) -> Iterator[Problem]:
    """Tell where what a browser is told of TLS is not what is done."""
    is_https = config.public_url.startswith("https:")
    if config.tls is not None and not is_https:
        says = f"public_url is {config.public_url} though there is a [tls] table; begin it with https://"
        yield Problem("address", says)
    if is_https and config.tls is None and not config.proxies:
        says = "public_url is https:// but there is neither a [tls] table nor a proxy named in `proxies`"
        yield Problem("address", f"{says}; add the one that holds, or nobody can sign in")


def of_backup(config: CentralConfig, now: datetime) -> Iterator[Problem]:
    """Tell when the newest backup was made, if that is too long ago."""
    do = "look at `systemctl status rollbook-backup.timer rollbook-backup.service`"
    made_at = _changed_at(config.data / SAFE)
    founded_at = _changed_at(config.data / "server.json")
    if made_at is not None and now - made_at > BACKUP_EVERY:
        hours = int((now - made_at).total_seconds()) // 3_600
        yield Problem("backup", f"the newest backup is {hours} hours old; {do}")
    # Before the first evening and before the first tap there is nothing to lose.
    is_begun = config.postgres is not None or config.evidence.exists()
    if made_at is None and is_begun and founded_at is not None and now - founded_at > BACKUP_EVERY:
        yield Problem("backup", f"no backup was made yet; {do}")


def of_standby(config: CentralConfig) -> Iterator[Problem]:
    """Tell where the second copy that is demanded is not made; raises UnavailableError."""
    if config.postgres is not None and config.postgres.standby:
        # Where all is in files, there is no driver to bring.
        from central.store import standby

        for sentence in standby.lacking(config.postgres):
            yield Problem("standby", sentence)


def _changed_at(file: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None


def _of_databases(config: CentralConfig) -> Iterator[Problem]:
    try:
        readiness.require(config)
        yield from of_standby(config)
        waiting = standing.backlog(config.evidence_at).waiting
    except (CentralError, DatabaseError) as error:
        yield Problem("database", str(error), stops=True)
        return
    if waiting > MOST_WAITING:
        says = f"{waiting} batches wait to be read into the records; look for projector.failed in the log"
        yield Problem("backlog", says)
