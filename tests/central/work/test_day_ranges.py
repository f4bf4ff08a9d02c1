"""Entries are cut into school days by when they were certainly made, and what a day holds it keeps."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from central.timeline import Interval
from central.work.day_ranges import SchoolDay, cut, school_day
from central.work.journal_lines import Line, Said
from station import chain
from station.tap import Entry, Kind, Reading
from sync_agent import merkle

ZONE = ZoneInfo("America/Los_Angeles")
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
MINUTE = 60_000


def day(on: date) -> SchoolDay:
    return school_day(on, ZONE, (time(8), time(15)))


def lines(*latest_ms: int | None, epoch: int = 1) -> list[Line]:
    found = []
    for sequence, latest in enumerate(latest_ms, 1):
        body = f"{epoch}/{sequence}".encode()
        entry = Entry(1, Kind.ALIVE, Reading(1, sequence * MINUTE, 0, 0, 0, 500), {})
        interval = Interval(None if latest is None else latest - 1_000, latest)
        h = body.ljust(32)
        found.append(Line(epoch, sequence, h, chain.leaf(body), entry, interval, Said("1", sequence, None)))
    return found


def test_a_day_ends_with_the_last_entry_certainly_before_its_midnight() -> None:
    midnight = day(MONDAY).ends_ms
    held = lines(midnight - 5 * MINUTE, midnight + MINUTE, midnight - 1, midnight, midnight + 5 * MINUTE)
    found = cut({1: held}, [day(MONDAY), day(TUESDAY)], {})
    # The second entry lies before the third in the journal, so it cannot be later than that one.
    (monday,), (tuesday,) = found[MONDAY].ranges, found[TUESDAY].ranges
    assert (monday.first_seq, monday.last_seq, tuesday.first_seq, tuesday.last_seq) == (1, 3, 4, 5)
    assert monday.root == merkle.root(line.leaf for line in held[:3])
    assert (monday.first_h, monday.last_h) == (held[0].h, held[2].h)
    assert (found[MONDAY].is_heard_after, found[TUESDAY].is_heard_after) == (True, False)
    assert found[MONDAY].said == Said("1", 3, None)


def test_an_entry_nothing_bounds_waits_for_the_one_behind_it() -> None:
    midnight = day(MONDAY).ends_ms
    assert cut({1: lines(None, None)}, [day(MONDAY)], {})[MONDAY].ranges == ()
    assert cut({1: lines(None, midnight - 1)}, [day(MONDAY)], {})[MONDAY].ranges[0].last_seq == 2


@pytest.mark.invariant(32)
def test_what_a_day_was_certified_for_once_stays_in_it_though_its_time_is_doubted_later() -> None:
    midnight = day(MONDAY).ends_ms
    held = lines(midnight - MINUTE, midnight + MINUTE, midnight + 2 * MINUTE)
    assert cut({1: held}, [day(MONDAY)], {(MONDAY, 1): 2})[MONDAY].ranges[0].last_seq == 2


def test_each_epoch_has_its_own_range_and_the_newest_says_that_the_station_was_heard() -> None:
    midnight = day(MONDAY).ends_ms
    found = cut(
        {1: lines(midnight - 9, midnight - 8), 2: lines(midnight - 5, midnight + 5, epoch=2)},
        [day(MONDAY)],
        {},
    )[MONDAY]
    assert [(each.epoch, each.first_seq, each.last_seq) for each in found.ranges] == [(1, 1, 2), (2, 1, 1)]
    assert found.is_heard_after


@pytest.mark.parametrize(("on", "hours"), [(MONDAY, 24), (date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_a_day_is_as_long_as_the_school_s_clock_makes_it(on: date, hours: int) -> None:
    found = school_day(on, ZONE, None)
    assert found.ends_ms - found.starts_ms == hours * 3_600_000
    assert found.bells_ms == (found.starts_ms, found.ends_ms)
