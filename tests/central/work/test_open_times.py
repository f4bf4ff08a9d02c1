"""How long a journal is looked at again: until an exchange has settled it, and never without end."""

from datetime import datetime, timedelta

import pytest

from central import timeline
from central.timeline import Interval
from central.work import open_times
from central.work.open_times import OpenTimes, Settled
from station.tap import Entry, Kind, Reading
from sync_agent import wire
from tests.fakes.evidence_file import ms
from tests.fakes.school import MONDAY, at

START = at(MONDAY, "08:00")


def entry_of(raw_ms: int, payload: dict[str, int] | None = None, boot: int = 1) -> Entry:
    return Entry(1, Kind.BEACON if payload else Kind.TAP, Reading(boot, raw_ms, raw_ms, 0, 0, 500), payload)


def exchanged(times: OpenTimes, sequence: int, now: datetime, wrong_ms: int = 0, trip_ms: int = 20) -> None:
    """Add a tap, and the beacon of an exchange just before it."""
    raw_ms, t2_ms = ms(now) - ms(START) + 60_000, ms(now) + wrong_ms
    beacon = wire.Beacon(station="st", nonce="n", t2_ms=t2_ms, t3_ms=t2_ms, eps_ms=20, head=bytes(32))
    held = entry_of(raw_ms, {"t1": raw_ms - trip_ms, "t4": raw_ms})
    times.add([(sequence, held, beacon), (sequence + 1, entry_of(raw_ms + 5), None)], t2_ms + 30_000)


def a_life(times: OpenTimes, turns: range, wrong: range = range(0)) -> None:
    for turn in turns:
        wrong_ms = 3_600_000 if turn in wrong else 0
        exchanged(times, 2 * turn + 1, START + turn * timedelta(minutes=1), wrong_ms)


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make tails short, and count the entries that are resolved."""
    counted: list[int] = []
    real = timeline.judge

    def counting(entries: list[object], *rest: object) -> object:
        counted.append(len(entries))
        return real(entries, *rest)  # type: ignore[arg-type]  # passes on what it was given

    monkeypatch.setattr(open_times, "_MOST_OPEN", 60)
    monkeypatch.setattr(open_times, "judge", counting)
    return counted


def test_an_exchange_settles_what_is_before_it(resolved: list[int]) -> None:
    times = OpenTimes(Settled())
    a_life(times, range(100))
    times.judge()
    assert max(resolved) <= 4
    assert times.settled.sequence == 199
    assert len(times.intervals) == 200


@pytest.mark.invariant(23)
def test_a_contradiction_is_not_looked_at_from_its_beginning_for_ever(resolved: list[int]) -> None:
    times = OpenTimes(Settled())
    # Central's clock swings by an hour each minute: nothing of this boot can be believed.
    a_life(times, range(1_000), range(0, 1_000, 2))
    times.judge()
    assert max(resolved) < 200
    assert sum(resolved) < 20_000
    assert all(found.is_contradiction for found in times.intervals.values())
    assert len(times.intervals) == 2_000


@pytest.mark.invariant(23)
@pytest.mark.fault("T8")
def test_a_contradiction_ends_when_nothing_of_the_newer_half_knows_of_it(resolved: list[int]) -> None:
    times = OpenTimes(Settled())
    a_life(times, range(200), wrong=range(10, 11))
    times.judge()
    assert times.intervals[22].is_contradiction
    late = times.intervals[400]
    assert not late.is_contradiction
    assert late.earliest_ms is not None
    assert late.earliest_ms <= ms(START + timedelta(minutes=199)) + 5 <= (late.latest_ms or 0)
    assert max(resolved) < 200


def test_exchanges_over_a_slow_line_settle_nothing_and_cost_no_more_than_their_number(
    resolved: list[int],
) -> None:
    times = OpenTimes(Settled())
    for turn in range(600):
        exchanged(times, 2 * turn + 1, START + turn * timedelta(minutes=1), trip_ms=8_000)
    times.judge()
    assert max(resolved) < 200
    assert sum(resolved) < 15_000
    assert not any(found.is_contradiction for found in times.intervals.values())


@pytest.mark.invariant(25)
@pytest.mark.parametrize("wrong", [range(0), range(10, 11), range(0, 300, 2)])
def test_reading_in_parts_gives_what_reading_at_once_does(resolved: list[int], wrong: range) -> None:
    whole = OpenTimes(Settled())
    a_life(whole, range(300), wrong)
    whole.judge()
    settled, known = Settled(), dict[int, Interval]()
    for end in range(7, 301, 7):
        # Each run begins with the batch that holds the settled entry, as the projector does.
        part = OpenTimes(settled)
        a_life(part, range(max(0, (settled.sequence - 1) // 2), end), wrong)
        part.judge()
        known.update(part.intervals)
        settled = part.settled
    last = OpenTimes(settled)
    a_life(last, range(max(0, (settled.sequence - 1) // 2), 300), wrong)
    last.judge()
    known.update(last.intervals)
    assert last.settled == whole.settled
    assert known == whole.intervals
    assert resolved
