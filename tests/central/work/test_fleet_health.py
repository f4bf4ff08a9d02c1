"""What central keeps of what stations tell: known members within bounds, the newest, and two weeks."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from central.store.models import HealthSample, Room, Station, StationHealth, StationOrder
from central.work.fleet_facts import gather
from central.work.fleet_health import KEPT, take_health
from central.work.fleet_told import clean
from central.work.orders import Wish, for_notes, order
from tests.fakes.telling_stations import NOON, WELL, TellingStations, but

HOUR = timedelta(hours=1)


@pytest.fixture
def fleet(db: None, tmp_path: Path) -> TellingStations:
    del db
    return TellingStations(tmp_path)


def test_the_newest_is_kept_and_the_last_of_each_hour_for_two_weeks(fleet: TellingStations) -> None:
    fleet.tell(but(temp_c=40), NOON)
    fleet.tell(but(temp_c=41), NOON + timedelta(minutes=59))
    fleet.tell(but(temp_c=42), NOON + HOUR)
    assert StationHealth.objects.get().told["temp_c"] == 42
    assert list(HealthSample.objects.order_by("hour_at").values_list("temp_c", flat=True)) == [41, 42]
    fleet.tell(but(temp_c=43), NOON + KEPT + HOUR)
    assert list(HealthSample.objects.order_by("hour_at").values_list("temp_c", flat=True)) == [42, 43]


def test_a_batch_that_tells_nothing_leaves_what_was_told_before(fleet: TellingStations) -> None:
    fleet.tell(but())
    fleet.tell({}, NOON + HOUR)
    fleet.tell({"practice": True}, NOON + 2 * HOUR)
    assert StationHealth.objects.get().received_at - NOON < HOUR
    assert take_health(fleet.evidence) == 0


def test_nothing_of_a_person_and_nothing_unknown_is_kept_of_what_is_told(fleet: TellingStations) -> None:
    # As a station somebody took over could tell it: a name, a card's number, a token.
    fleet.tell(
        but(
            name="Ana Flores",
            uid="04a224b2c35c80",
            os="Ana\nFlores",
            model="x" * 61,
            readers={"nfc": {"state": "ready", "uid": "04a224b2c35c80"}, "Ana Flores": {"state": "ready"}},
            orders=[{"id": "00112233445566aa", "verb": "report", "result": "Ana Flores"}],
            clock=WELL["clock"] | {"who": "Ana Flores"},
        )
    )
    kept = json.dumps(StationHealth.objects.get().told)
    assert "Ana" not in kept
    assert "04a2" not in kept
    assert "xxx" not in kept
    assert json.loads(kept)["readers"] == {"nfc": {"state": "ready"}}


def test_what_stations_of_the_first_release_tell_is_understood(fleet: TellingStations) -> None:
    fleet.tell({"disk_free_mb": 700, "readers": {"nfc": "down"}})
    assert StationHealth.objects.get().told == {"disk_free_mb": 700, "readers": {"nfc": {"state": "down"}}}
    assert fleet.codes() == ["reader-down"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*WELL, "orders", "inbox_refused", "oldest_tap_s", "x"]), ANYTHING))
def test_whatever_is_told_what_is_kept_has_a_bound_and_its_shape(health: dict[str, Any]) -> None:
    told = clean(health)
    assert clean(told) == told
    assert len(json.dumps(told, allow_nan=False)) < 4_096
    assert set(told) <= set(WELL) | {"orders", "inbox_refused", "oldest_tap_s"}


def test_what_became_of_an_order_is_told_once_and_by_its_own_station_alone(fleet: TellingStations) -> None:
    by, station = fleet.small.staff["it"], fleet.small.station_101
    made = order(Wish(station, "blink", "which one is it?"), by, bytes, NOON)
    assert [each.id for each in for_notes([station], NOON)[station.code]] == [made.id]
    done = but(orders=[{"id": made.id, "verb": "blink", "result": "done"}])
    fleet.tell(done, NOON, fleet.small.station_102)
    assert StationOrder.objects.get().result == ""
    fleet.tell(but(orders=[{"id": made.id, "verb": "blink", "result": "begun"}]))
    fleet.tell(done, NOON + HOUR)
    fleet.tell(but(orders=[{"id": made.id, "verb": "blink", "result": "failed"}]), NOON + 2 * HOUR)
    row = StationOrder.objects.get()
    assert (row.result, row.told_at is not None and row.told_at - NOON < 2 * HOUR) == ("done", True)
    assert for_notes([station], NOON) == {}


def test_three_hundred_stations_are_gathered_in_as_many_queries_as_one(
    fleet: TellingStations, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    school = fleet.small.school
    rooms = Room.objects.bulk_create([Room(school=school, name=f"X{n:03}") for n in range(298)])
    Station.objects.bulk_create(
        [
            Station(code=f"st-x{n:03}", school=school, room=room, commissioned_at=NOON)
            for n, room in enumerate(rooms)
        ]
    )
    StationHealth.objects.bulk_create(
        [
            StationHealth(station_id=f"st-x{n:03}", received_at=NOON, server_sequence=n, boot=1, told=but())
            for n in range(298)
        ]
    )
    with django_assert_max_num_queries(7):
        assert len(gather(school, NOON, fleet.evidence)) == 300
