"""A key that is half a year old is to be changed, by one order however often it is published."""

from datetime import timedelta

import pytest

from central.store.models import Station, StationKey
from central.work.key_age import OLD_AFTER, with_due
from sync_agent.orders import MOST_ORDERS, Order
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, at

pytestmark = pytest.mark.django_db
NOW = at(MONDAY, "10:05")


def test_an_old_key_is_to_be_changed_and_each_key_once() -> None:
    small = schools.build()
    station = small.station_101
    StationKey.objects.filter(station=station).delete()
    key = StationKey.objects.create(station=station, kid="a" * 16, public_key="ab" * 32, since_at=NOW)
    stations = list(Station.objects.filter(pk=station.pk))
    assert with_due({}, stations, NOW + OLD_AFTER - timedelta(seconds=1)) == {station.code: ()}
    (due,) = with_due({}, stations, NOW + OLD_AFTER)[station.code]
    assert (due.verb, len(due.id)) == ("rotate-key", 16)
    assert with_due({}, stations, NOW + OLD_AFTER * 2)[station.code] == (due,)
    full = {station.code: tuple(Order(f"{n:016x}", "report", due.until) for n in range(MOST_ORDERS))}
    assert with_due(full, stations, NOW + OLD_AFTER) == full
    key.ends_at = NOW + OLD_AFTER
    key.save()
    StationKey.objects.create(station=station, kid="b" * 16, public_key="cd" * 32, since_at=NOW + OLD_AFTER)
    assert with_due({}, stations, NOW + OLD_AFTER)[station.code] == ()
