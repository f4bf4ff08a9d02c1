"""Take from the evidence what stations tell of themselves: the newest of each, and two weeks by the hour."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction

from central.store.evidence import Evidence, Said
from central.store.models import HealthSample, ProjectorPosition, Station, StationHealth, StationOrder
from central.work.fleet_told import Told, clean, whole

KEPT: Final = timedelta(days=14)
MOST_BEHIND: Final = 5_000
"""Batches longer ago than so many tell nothing of how a station is now."""
_AT_ONCE: Final = 500
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SAYS_NOTHING: Final = frozenset({"practice"})


def take_health(evidence: Evidence) -> int:
    """Look into the batches that came in since the last call; return how many told how a station is.

    The position moves in the transaction that writes what was found.
    """
    found = 0
    read = ProjectorPosition.objects.filter(pk=1).values_list("health_sequence", flat=True).first() or 0
    after = max(read, evidence.newest() - MOST_BEHIND)
    while said := evidence.said(after, _AT_ONCE):
        after = said[-1].server_sequence
        found += _take_in(said)
    return found


def _take_in(said: list[Said]) -> int:
    found = 0
    with transaction.atomic():
        known = Station.objects.in_bulk({each.station for each in said})
        for each in said:
            told = clean(each.health)
            station = known.get(each.station)
            if station is not None and not each.is_by_hand and told.keys() - _SAYS_NOTHING:
                _write(station, each, told)
                found += 1
        position, _ = ProjectorPosition.objects.select_for_update().get_or_create(pk=1)
        position.health_sequence = said[-1].server_sequence
        position.save(update_fields=["health_sequence"])
    return found


def _write(station: Station, said: Said, told: Told) -> None:
    at = _EPOCH + timedelta(milliseconds=said.received_ms)
    StationHealth.objects.update_or_create(
        station=station,
        defaults={
            "received_at": at,
            "server_sequence": said.server_sequence,
            "boot": said.boot,
            "told": told,
        },
    )
    clock = told.get("clock")
    sample, is_new = HealthSample.objects.update_or_create(
        station=station,
        hour_at=at.replace(minute=0, second=0, microsecond=0),
        defaults={
            "boot": said.boot,
            "disk_free_mb": whole(told, "disk_free_mb"),
            "temp_c": whole(told, "temp_c"),
            "clock_off_ms": whole(clock, "off_ms") if isinstance(clock, dict) else None,
            "waiting": whole(told, "waiting"),
            "resets": resets(told),
        },
    )
    if is_new:
        HealthSample.objects.filter(station=station, hour_at__lt=sample.hour_at - KEPT).delete()
    orders = told.get("orders")
    for order in orders if isinstance(orders, list) else ():
        _answer(station, order, at)


def resets(told: Mapping[str, object]) -> int | None:
    """Return how often the readers of a station were opened again since it started."""
    readers = told.get("readers")
    if not isinstance(readers, dict):
        return None
    return sum(int(reader.get("resets", 0)) for reader in readers.values())


def _answer(station: Station, order: Mapping[str, str], at: datetime) -> None:
    """Write what became of an order; what is begun may still end otherwise."""
    open_ones = StationOrder.objects.filter(pk=order["id"], station=station, result__in=("", "begun"))
    open_ones.exclude(result=order["result"]).update(result=order["result"], told_at=at)
