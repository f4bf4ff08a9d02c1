"""Write a kit into a folder whole or not at all, each night anew, and clear out the nights that are over."""

import contextlib
import os
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction

from central.config import CentralConfig
from central.errors import UnavailableError
from central.exchange.kit.sealed import Cost, Entropy
from central.store import lookup
from central.work import kits
from central.work.local_days import local_date
from station.durable import sync_folder


def save_into(config: CentralConfig, folder: Path, saving: kits.Saving, now: datetime) -> Path:
    """Save a kit into a folder and return its file; raises UnavailableError, and then no number is used."""
    with transaction.atomic():
        saved = kits.save(config, saving, now)
        path = folder / saved.name
        making = path.with_suffix(".new")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(saved.data)
                file.flush()
                os.fsync(file.fileno())
            making.rename(path)
            sync_folder(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                making.unlink()
            msg = f"{folder} cannot take the kit ({error.strerror}); see to its space and rights"
            raise UnavailableError(msg) from error
    return path


def save_nightly(
    config: CentralConfig, now: datetime, entropy: Entropy, cost: Cost | None = None
) -> Path | None:
    """Save the night's kit where the configuration asks for one and there is none of today yet.

    Those of nights whose kits have ended are removed. Raises UnavailableError, SettingsError.
    """
    if config.kit is None:
        return None
    folder, today = Path(config.kit.folder), local_date(lookup.the_school(), now)
    if any(folder.glob(f"{kits.prefix(today, is_nightly=True)}*")):
        return None
    saving = kits.Saving(None, config.kit.passphrase.text(), entropy, cost)
    path = save_into(config, folder, saving, now)
    _clear_out(folder, today - timedelta(days=kits.DAYS + 1))
    return path


def _clear_out(folder: Path, before: date) -> None:
    nightly = kits.prefix(before, is_nightly=True)
    for path in folder.glob("nightly-*.rollbook"):
        if path.name < nightly:
            path.unlink(missing_ok=True)
