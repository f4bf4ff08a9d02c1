"""Clocks that are spoofed, dead, stuck, adrift or wrong: bounds hold, and somebody is told."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from central.timeline import (
    AttestedFact,
    BeaconFact,
    Grade,
    Interval,
    Stamped,
    drift,
    grade,
    local_day,
    resolve,
)
from tests.fakes.histories import DAY_MS, EPS_MS, HOUR_MS, START_MS, Life

ZONE = ZoneInfo("America/Los_Angeles")


def solve(life: Life) -> list[Interval]:
    return resolve(life.history.entries, life.history.facts)


def holds(interval: Interval, truth_ms: int) -> bool:
    return (interval.earliest_ms is None or interval.earliest_ms <= truth_ms) and (
        interval.latest_ms is None or truth_ms <= interval.latest_ms
    )


@pytest.mark.invariant(23)
@pytest.mark.fault("T5")
def test_time_service_spoofed_by_three_hours_is_dropped_and_every_tap_goes_to_a_person() -> None:
    life = Life()
    life.exchange()
    taps = []
    for _ in range(5):
        life.wait(60_000)
        taps.append((life.write(wall_error_ms=3 * HOUR_MS), int(life.now_ms)))
    life.exchange()
    found = solve(life)
    for tap, truth_ms in taps:
        assert found[tap].is_clock_doubted
        assert grade(found[tap], ZONE) is Grade.CONTRADICTION
        assert local_day(found[tap], ZONE) is None
        assert holds(found[tap], truth_ms)


@pytest.mark.fault("T6")
@pytest.mark.parametrize("sync_state", [0, 1])
def test_a_dead_clock_that_says_1970_dates_nothing(sync_state: int) -> None:
    entries = [Stamped(1, 1_000 * n, 5_000 + 1_000 * n, sync_state, 500) for n in range(3)]
    for found in resolve(entries):
        assert (found.earliest_ms, found.latest_ms) == (None, None)
        assert grade(found, ZONE) in {Grade.REVIEW, Grade.CONTRADICTION}
        assert found.is_clock_doubted == bool(sync_state)


@pytest.mark.fault("T6")
def test_a_stuck_clock_that_calls_itself_right_contradicts_itself() -> None:
    entries = [Stamped(1, 600_000 * n, START_MS, 1, 500) for n in range(3)]
    for found in resolve(entries):
        assert found.is_clock_doubted
        assert grade(found, ZONE) is Grade.CONTRADICTION
        assert found.earliest_ms is None


@pytest.mark.fault("T6")
def test_a_stuck_clock_beside_exchanges_costs_the_taps_their_date_and_no_proof() -> None:
    life = Life()
    life.exchange()
    tap = life.write(wall_error_ms=0)
    life.wait(6 * HOUR_MS)
    stuck = life.write(wall_error_ms=-6 * HOUR_MS)
    truth_ms = int(life.now_ms)
    life.exchange()
    found = solve(life)
    assert not found[tap].is_clock_doubted
    assert found[stuck].is_contradiction
    assert holds(found[stuck], truth_ms)


@pytest.mark.invariant(23)
@pytest.mark.fault("T6")
def test_a_crystal_400_ppm_off_is_flagged_by_drift_and_ends_in_a_contradiction() -> None:
    life = Life(drift_ppm=400)
    for _ in range(10):
        life.exchange()
        life.wait(HOUR_MS)
    beacons = [(1, fact) for fact in life.history.facts if isinstance(fact, BeaconFact)]
    measured = drift(beacons)
    assert measured is not None
    assert measured.low_ppm <= 400 <= measured.high_ppm
    assert measured.is_alarming()
    assert all(found.is_contradiction for found in solve(life))


@pytest.mark.invariant(22)
@pytest.mark.fault("T8")
@pytest.mark.parametrize(("up_ms", "down_ms"), [(0, 30_000), (30_000, 0), (30_000, 30_000)])
def test_a_lopsided_network_widens_the_bounds_and_never_moves_them(up_ms: int, down_ms: int) -> None:
    life = Life()
    tap = life.write()
    truth_ms = int(life.now_ms)
    life.wait(1_000)
    life.exchange(up_ms, down_ms)
    found = solve(life)[tap]
    assert holds(found, truth_ms)
    assert found.earliest_ms is not None
    assert found.latest_ms is not None
    assert found.latest_ms - found.earliest_ms < up_ms + down_ms + 300


@pytest.mark.invariant(22, 23)
@pytest.mark.fault("T8")
def test_a_server_five_minutes_slow_for_one_exchange_is_an_alarm_and_no_date() -> None:
    life = Life()
    life.exchange()
    life.wait(60_000)
    life.exchange(server_error_ms=-5 * 60_000)
    life.wait(60_000)
    tap = life.write()
    life.exchange()
    found = solve(life)[tap]
    assert found.is_contradiction
    assert grade(found, ZONE) is Grade.CONTRADICTION


@pytest.mark.invariant(22)
@pytest.mark.fault("T8")
@pytest.mark.parametrize("error_ms", [-EPS_MS + 1, EPS_MS - 1])
def test_a_server_within_what_it_admits_keeps_the_truth_inside(error_ms: int) -> None:
    life = Life()
    life.exchange(server_error_ms=error_ms)
    tap = life.write()
    truth_ms = int(life.now_ms)
    life.exchange(server_error_ms=-error_ms)
    found = solve(life)[tap]
    assert holds(found, truth_ms)
    assert not found.is_contradiction


@pytest.mark.invariant(22, 24)
@pytest.mark.fault("T2")
@pytest.mark.parametrize("is_attested", [False, True])
def test_twenty_reboots_offline_need_a_person_and_a_staff_tap_in_each_boot_dates_them(
    is_attested: bool,  # noqa: FBT001  the two halves of one story
) -> None:
    life = Life()
    life.exchange()
    taps, words = [], []
    for turn in range(20):
        life.reboot(HOUR_MS, (-1) ** turn * 60)
        life.wait(20 * 60_000)
        taps.append((life.write(), int(life.now_ms)))
        life.wait(20 * 60_000)
        staff, now_ms = life.write(), int(life.now_ms)
        words.append(AttestedFact(staff, now_ms - 300_000, now_ms + 300_000))
    life.reboot(HOUR_MS, 0)
    life.exchange()
    found = resolve(life.history.entries, [*life.history.facts, *(words if is_attested else [])])
    grades = [grade(found[tap], ZONE) for tap, _ in taps]
    assert all(holds(found[tap], truth_ms) for tap, truth_ms in taps)
    if is_attested:
        assert all(found[tap].is_attested for tap, _ in taps)
        assert set(grades) <= {Grade.DAY, Grade.PERIOD}
    else:
        assert set(grades) == {Grade.REVIEW}


@pytest.mark.invariant(26)
@pytest.mark.fault("T7")
@pytest.mark.parametrize(
    ("utc", "on"),
    [
        (
            "2026-03-08T09:59:59+00:00",
            date(2026, 3, 8),
        ),  # 01:59:59, a second before the hour that is left out
        ("2026-03-08T10:00:00+00:00", date(2026, 3, 8)),  # 03:00:00, a second later
        ("2026-03-08T07:59:59+00:00", date(2026, 3, 7)),
        ("2026-11-01T08:30:00+00:00", date(2026, 11, 1)),  # 01:30 for the first time
        ("2026-11-01T09:30:00+00:00", date(2026, 11, 1)),  # 01:30 for the second time
        ("2026-11-01T06:59:59+00:00", date(2026, 10, 31)),
        ("2026-11-02T07:59:59+00:00", date(2026, 11, 1)),  # in winter the day ends an hour later in UTC
        ("2026-12-31T23:59:60", None),
    ],
)
def test_the_local_date_is_that_of_the_zone_on_that_day(utc: str, on: date | None) -> None:
    if on is None:
        # A leap second is smeared by central's time source and lies inside what it admits.
        at_ms = 1_798_761_600_000
        assert local_day(Interval(at_ms - 500, at_ms + 500), ZONE) == date(2026, 12, 31)
        return
    at_ms = round(datetime.fromisoformat(utc).timestamp() * 1_000)
    assert local_day(Interval(at_ms, at_ms + 900), ZONE) == on


@pytest.mark.invariant(26)
@pytest.mark.fault("T7")
def test_a_law_that_moves_a_zone_moves_the_date_and_the_evidence_stays() -> None:
    at_ms = round(datetime.fromisoformat("2026-12-02T07:30:00+00:00").timestamp() * 1_000)
    tap = Interval(at_ms, at_ms + 1_000)
    all_summer = timezone(timedelta(hours=-7))
    assert local_day(tap, ZONE) == date(2026, 12, 1)
    assert local_day(tap, all_summer) == date(2026, 12, 2)


@pytest.mark.invariant(27)
@pytest.mark.fault("T3")
def test_steps_of_the_wall_clock_change_no_order_and_no_bounds() -> None:
    life = Life()
    life.exchange()
    for _ in range(6):
        life.wait(60_000)
        life.write()
    life.exchange()
    stepped = [
        replace(entry, wall_ms=[0, 4_102_444_800_000, START_MS - 70 * DAY_MS][n % 3])
        for n, entry in enumerate(life.history.entries)
    ]
    assert resolve(stepped, life.history.facts) == solve(life)
