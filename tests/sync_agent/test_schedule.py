"""The schedule on a machine whose wall clock is set while it runs."""

from __future__ import annotations

import ast
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.date
import pytest

from sync_agent.courier import LONGEST_S
from sync_agent.schedule import STUCK_S, Schedule

PERIOD_S = 0.05
PATIENCE_S = 10.0
AGENT = Path(__file__).parents[2] / "sync_agent"


class WallClock:
    """The wall clock the library reads, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moved = timedelta(0)
        wall = self

        class Moved(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # plain datetimes suffice
                return datetime.now(tz) + wall.moved

        for module in (
            apscheduler.schedulers.base,
            apscheduler.triggers.date,
            apscheduler.executors.base,
        ):
            monkeypatch.setattr(module, "datetime", Moved)

    def now(self) -> datetime:
        """Return what the wall clock says."""
        return datetime.now(UTC) + self.moved


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    return WallClock(monkeypatch)


class Working:
    """A schedule whose work can be counted and waited for."""

    def __init__(
        self, now: Callable[[], datetime], delay_s: float = PERIOD_S, look_every_s: float = 0.02
    ) -> None:
        self.done = threading.Semaphore(0)
        self.fed = threading.Semaphore(0)
        self.delay_s = delay_s
        self.schedule = Schedule(self._work, now, time.monotonic, self.fed.release, look_every_s)

    def _work(self) -> float:
        self.done.release()
        return self.delay_s

    def wait_for(self, times: int) -> bool:
        """Say whether the work was done so many times more before patience ran out."""
        return all(self.done.acquire(timeout=PATIENCE_S) for _ in range(times))

    def rest(self) -> None:
        """Wait until the work under way has set the next job."""
        idle = self.schedule._idle
        with idle:
            assert idle.wait_for(lambda: self.schedule._began_at is None, PATIENCE_S)

    def forget(self) -> None:
        """Forget what was done so far."""
        while self.done.acquire(blocking=False):
            pass


@pytest.fixture
def working(wall: WallClock) -> Iterator[Working]:
    working = Working(wall.now)
    working.schedule.start()
    yield working
    assert working.schedule.stop(PATIENCE_S)


def test_the_work_is_done_again_and_again(working: Working) -> None:
    assert working.wait_for(5)


@pytest.mark.fault("T4")
@pytest.mark.invariant(27)
@pytest.mark.parametrize(
    "step",
    [
        timedelta(hours=-2),
        timedelta(hours=2),
        timedelta(days=70),
        timedelta(days=-70),
        timedelta(days=365 * 5),
        timedelta(days=365 * 74),
    ],
    ids=str,
)
def test_the_work_goes_on_when_the_wall_clock_is_set(
    wall: WallClock, step: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the net below it that catches lost jobs.
    monkeypatch.setattr("sync_agent.schedule.OVERDUE_S", 1e9)
    working = Working(wall.now, delay_s=0.4)
    working.schedule.start()
    assert working.wait_for(1)
    working.rest()
    wall.moved += step
    working.delay_s = PERIOD_S
    began = time.process_time()
    assert working.wait_for(4)
    assert time.process_time() - began < 5.0
    assert working.schedule.stop(PATIENCE_S)


def test_no_job_is_too_late_to_be_done(wall: WallClock) -> None:
    """The library drops a job it finds late; after a clock set forward every job is late."""
    working = Working(wall.now, look_every_s=1_000.0)
    working.schedule.start()
    for _ in range(3):
        assert working.wait_for(2)
        wall.moved += timedelta(days=70)
        working.forget()
    assert working.wait_for(2)
    assert working.schedule.stop(PATIENCE_S)


@pytest.mark.fault("T3")
@pytest.mark.invariant(27)
def test_from_1970_to_today_the_work_goes_on(wall: WallClock) -> None:
    wall.moved = datetime(1970, 1, 1, 0, 1, tzinfo=UTC) - datetime.now(UTC)
    working = Working(wall.now)
    working.schedule.start()
    assert working.wait_for(2)
    wall.moved = timedelta(0)
    working.forget()
    assert working.wait_for(4)
    assert working.schedule.stop(PATIENCE_S)


@pytest.mark.fault("T4")
@pytest.mark.invariant(27)
def test_a_clock_set_back_does_not_bring_the_work_forward(wall: WallClock) -> None:
    working = Working(wall.now, delay_s=1_000.0)
    working.schedule.start()
    assert working.wait_for(1)
    wall.moved -= timedelta(hours=2)
    assert all(working.fed.acquire(timeout=PATIENCE_S) for _ in range(10))
    assert not working.done.acquire(blocking=False)
    assert working.schedule.stop(PATIENCE_S)


def test_work_that_fails_is_tried_again_later(wall: WallClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync_agent.schedule.AFTER_ERROR_S", 0.05)
    tried = threading.Semaphore(0)

    def work() -> float:
        tried.release()
        msg = "the disk is gone"
        raise OSError(msg)

    schedule = Schedule(work, wall.now, time.monotonic, lambda: None, look_every_s=0.02)
    schedule.start()
    assert all(tried.acquire(timeout=PATIENCE_S) for _ in range(3))
    assert schedule.stop(PATIENCE_S)


def test_a_job_the_library_lost_is_set_again(wall: WallClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync_agent.schedule.OVERDUE_S", 0.1)
    working = Working(wall.now, delay_s=0.3)
    working.schedule.start()
    assert working.wait_for(1)
    working.schedule._scheduler.remove_all_jobs()
    assert working.wait_for(2)
    assert working.schedule.stop(PATIENCE_S)


def test_while_work_hangs_the_watchdog_is_not_fed(wall: WallClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync_agent.schedule.STUCK_S", 0.0)
    begun, free, fed = threading.Event(), threading.Event(), threading.Semaphore(0)

    def work() -> float:
        begun.set()
        free.wait(PATIENCE_S)
        return PERIOD_S

    schedule = Schedule(work, wall.now, time.monotonic, fed.release, look_every_s=0.02)
    schedule.start()
    assert begun.wait(PATIENCE_S)
    while fed.acquire(blocking=False):
        pass
    assert not fed.acquire(timeout=0.2)
    assert not schedule.stop(0.05)
    free.set()


def test_only_one_shot_jobs_are_used() -> None:
    """A repeating trigger stands still after a clock set back, and floods after one set forward."""
    banned = {"interval", "cron", "calendarinterval"}
    for file in sorted(AGENT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                assert not any(part in banned for name in names for part in name.split(".")), file
            if isinstance(node, ast.Constant):
                assert node.value not in banned, f"{file}:{node.lineno} names a repeating trigger"


@pytest.mark.fault("N5")
def test_a_turn_of_five_answers_that_drip_is_not_taken_for_one_that_hangs() -> None:
    assert 5 * LONGEST_S < STUCK_S


def test_a_pool_that_takes_every_job_and_does_none_does_not_feed_the_watchdog(
    wall: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync_agent.schedule.LOST_S", 0.2)
    monkeypatch.setattr("sync_agent.schedule.OVERDUE_S", 0.05)
    working = Working(wall.now, delay_s=0.1)
    working.schedule.start()
    assert working.wait_for(1)
    working.rest()
    again = threading.Semaphore(0)
    monkeypatch.setattr(working.schedule._scheduler, "add_job", lambda *_args, **_named: again.release())
    working.schedule._scheduler.remove_all_jobs()
    # Set anew again and again, and never begun.
    assert all(again.acquire(timeout=PATIENCE_S) for _ in range(6))
    while working.fed.acquire(blocking=False):
        pass
    assert all(again.acquire(timeout=PATIENCE_S) for _ in range(3))
    assert not working.fed.acquire(blocking=False)
    assert working.schedule.stop(PATIENCE_S)
