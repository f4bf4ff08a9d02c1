"""Bring the records up to the evidence: read what came in and judge it."""

from dataclasses import dataclass
from datetime import datetime

from central.config import CentralConfig
from central.store.evidence import Evidence
from central.work import keys
from central.work.project import Projected, project
from central.work.resolve import Resolved, resolve
from sync_agent.signing import VerifyKey


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was read and what came of it."""

    projected: Projected
    resolved: Resolved


def catch_up(config: CentralConfig, now: datetime, *, only_new: bool = False) -> CaughtUp:
    """Read new evidence and resolve it; `only_new` leaves taps be that waited before."""
    server_key = VerifyKey.from_hex(keys.public(config.keys, keys.ACK))
    projected = project(Evidence(config.evidence), server_key)
    return CaughtUp(projected, resolve(now, only_new=only_new))
