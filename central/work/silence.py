"""Silence one alert of one station until a time, by name and with the reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from central.errors import RefusedError
from central.store.models import AlertSilence, Staff, Station
from central.work import rights
from central.work.fleet_alerts import ALERTS
from central.work.tool_rights import Right, Tool, require

LONGEST: Final = timedelta(days=60)
"""Nothing is silenced for good: who knew of it may be gone."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Which alert of which station, until when, and why."""

    station: Station
    code: str
    until: datetime
    reason: str


def silence(wish: Silence, by: Staff, now: datetime) -> AlertSilence:
    """Keep that somebody knows of an alert; `until` now or earlier ends what was silenced before.

    The row itself says who, when and why. Raises RefusedError without the right, for an alert there is
    not, no reason, and a time too far.
    """
    require(by, Tool.FLEET, Right.WRITE)
    if wish.code not in ALERTS:
        msg = f"there is no alert {wish.code!r}; docs/reference/alerts.md lists them"
        raise RefusedError(msg)
    if wish.until > now + LONGEST:
        msg = f"an alert can be silenced for {LONGEST.days} days at most; choose an earlier day"
        raise RefusedError(msg)
    kept = rights.reason(wish.reason, "silencing an alert")
    with transaction.atomic():
        return AlertSilence.objects.create(
            station=wish.station, code=wish.code, by=by, reason=kept, at=now, until_at=max(wish.until, now)
        )
