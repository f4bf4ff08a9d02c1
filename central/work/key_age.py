"""Have stations change keys that have grown old, by an order that stays the same each time."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from central.store.models import Station, StationKey
from sync_agent.orders import MOST_ORDERS, Order

OLD_AFTER: Final = timedelta(days=180)
_STANDS_FOR: Final = timedelta(days=365)
"""A station that was away for long does it when it comes back."""
_ID_CHARS: Final = 16


def with_due(
    ordered: Mapping[str, tuple[Order, ...]], stations: Iterable[Station], now: datetime
) -> dict[str, tuple[Order, ...]]:
    """Return the orders by station, and beside them the order to change each key that is old by now."""
    whole = {station.code: ordered.get(station.code, ()) for station in stations}
    old = StationKey.objects.filter(revoked_at=None, ends_at=None, since_at__lte=now - OLD_AFTER)
    for station, kid, since_at in old.filter(station__in=whole).values_list("station_id", "kid", "since_at"):
        if len(whole[station]) < MOST_ORDERS:
            whole[station] += (_order(station, kid, since_at),)
    return whole


def _order(station: str, kid: str, since_at: datetime) -> Order:
    # Named by the key: a station carries an order of one name out once, and a note that says the same stays.
    name = hashlib.sha256(f"rotate {station} {kid}".encode()).hexdigest()[:_ID_CHARS]
    return Order(name, "rotate-key", (since_at + OLD_AFTER + _STANDS_FOR).replace(microsecond=0))
