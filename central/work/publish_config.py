"""Publish what a station is set to, signed, under a version that only ascends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from central.work import published_file
from sync_agent.orders import Order
from sync_agent.settable import PURPOSE, Config
from sync_agent.signing import SignatureError, SigningKey, open_text, sign_note
from sync_agent.wire import WireError

LIFETIME: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one station is set to, the release it should run (None to stay), and what it is to do once."""

    values: Mapping[str, float]
    release: str | None = None
    orders: tuple[Order, ...] = ()


def renew(path: Path, wanted: Wanted, key: SigningKey, now: datetime) -> bool:
    """Write a station's configuration if it says something new or its end comes near; tell whether it did."""
    before = _current(path, key)
    if before and _says(before) == wanted and before.expires_at - now > LIFETIME / 2:
        return False
    # The clock keeps versions ascending even where the file before was lost.
    version = max(before.version + 1 if before else 1, int(now.timestamp()))
    config = Config(path.stem, version, now + LIFETIME, wanted.values, wanted.release, wanted.orders)
    published_file.replace(path, json.dumps(sign_note(PURPOSE, config.members(), key)))
    return True


def _says(config: Config) -> Wanted:
    return Wanted(config.values, config.release, config.orders)


def _current(path: Path, key: SigningKey) -> Config | None:
    try:
        return Config.of(open_text(PURPOSE, json.loads(path.read_text(encoding="ascii")), key.verify_key))
    except (OSError, ValueError, SignatureError, WireError):
        # Missing, damaged or by another key: whatever it is, it must be made anew.
        return None
