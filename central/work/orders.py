"""Order a station to do one of the few things on the list, by name, with a reason, for an hour."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from central.errors import RefusedError
from central.store.models import AuditEvent, Staff, Station, StationOrder
from central.work import rights
from central.work.tool_rights import Right, Tool, require
from sync_agent.orders import MOST_ORDERS, VERBS, Order

LASTS: Final = timedelta(hours=1)
"""A station that was not heard of for so long does not do it any more."""
_ID_BYTES: Final = 8
_OPEN: Final = ("", "begun")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a station is to do, and why."""

    station: Station
    verb: str
    reason: str


def order(wish: Wish, by: Staff, entropy: Callable[[int], bytes], now: datetime) -> StationOrder:
    """Put an order down; the next note that is published carries it.

    Raises RefusedError without the right, for a verb that is not on the list, no reason, a station out
    of use, the same order still open, and more than a note holds.
    """
    require(by, Tool.FLEET, Right.ADD)
    if wish.verb not in VERBS:
        msg = f"a station cannot be ordered to {wish.verb!r}; there are {', '.join(VERBS)}"
        raise RefusedError(msg)
    kept = rights.reason(wish.reason, "an order")
    with transaction.atomic():
        station = Station.objects.select_for_update().get(pk=wish.station.pk)
        if station.retired_at is not None:
            msg = f"{station.code} is out of use and hears no orders"
            raise RefusedError(msg)
        still = open_orders([station], now)
        if still.filter(verb=wish.verb).exists():
            msg = f"{station.code} is ordered to {wish.verb} already; wait until it tells what came of it"
            raise RefusedError(msg)
        if still.count() >= MOST_ORDERS:
            msg = f"{station.code} has {MOST_ORDERS} orders open; wait until it tells what came of them"
            raise RefusedError(msg)
        made = StationOrder.objects.create(
            id=entropy(_ID_BYTES).hex(),
            station=station,
            verb=wish.verb,
            by=by,
            reason=kept,
            ordered_at=now,
            until_at=now + LASTS,
        )
        detail = {"verb": wish.verb, "reason": kept, "order": made.id}
        AuditEvent.objects.create(
            at=now, by=by.number, verb="order-station", subject=station.code, detail=detail
        )
    return made


def open_orders(stations: Iterable[Station], now: datetime) -> QuerySet[StationOrder]:
    """Return the orders that may still be carried out, oldest first."""
    still = StationOrder.objects.filter(station__in=list(stations), until_at__gt=now, result__in=_OPEN)
    return still.order_by("ordered_at", "pk")


def for_notes(stations: Iterable[Station], now: datetime) -> dict[str, tuple[Order, ...]]:
    """Return by station the orders its note is to carry."""
    found: dict[str, tuple[Order, ...]] = defaultdict(tuple)
    for row in open_orders(stations, now):
        found[row.station_id] += (Order(row.id, row.verb, row.until_at),)
    return found
