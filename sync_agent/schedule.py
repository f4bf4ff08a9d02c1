"""When the agent works: one job that sets its own next time, on a machine whose wall clock may jump."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from station.logs import Log

log = Log(__name__)

STEP_S = 1.0
"""A wall clock that moved further than this against the monotonic one was set."""
OVERDUE_S = 1.0
"""A job this late was lost, and is set again."""
STUCK_S = 360.0
"""Work that takes longer hangs: systemd is no longer told that all is well.

One turn may carry a batch, ask for roster, configuration and certificate, and send a signature; the
answer to each may drip for a minute.
"""
LOST_S = 60.0
"""Work that was not even begun for so long, however often its job was set anew, will not be: likewise."""
AFTER_ERROR_S = 60.0

_SHORTEST_S = 0.02
_JOB = "sync"


class Schedule:
    """Calls `work` again and again; each call returns the seconds until the next.

    The job is a one-shot that is set anew each time: a repeating trigger waits out a clock set back,
    and after a clock set forward counts every time it missed. A second thread compares the clocks,
    sets the job again after a jump, and calls `alive` while nothing hangs.
    """

    def __init__(
        self,
        work: Callable[[], float],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        alive: Callable[[], None],
        look_every_s: float = 0.5,
    ) -> None:
        self._work = work
        self._now = now
        self._monotonic = monotonic
        self._alive = alive
        self._look_every_s = look_every_s
        self._stop = threading.Event()
        self._idle = threading.Condition()
        self._due_at = self._set_at = monotonic()
        self._began_at: float | None = None
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._watcher = threading.Thread(target=self._watch, name="clock-watcher", daemon=True)

    def start(self) -> None:
        """Begin; the first call comes at once."""
        self._scheduler.start()
        self._arm(0.0)
        self._watcher.start()

    def stop(self, patience_s: float) -> bool:
        """Begin nothing more, wait for work under way, and say whether it ended in time."""
        self._stop.set()
        self._scheduler.shutdown(wait=False)
        with self._idle:
            return self._idle.wait_for(lambda: self._began_at is None, patience_s)

    def _arm(self, delay_s: float) -> None:
        if self._stop.is_set():
            return
        delay_s = max(delay_s, _SHORTEST_S)
        self._due_at = self._monotonic() + delay_s
        self._set(delay_s)

    def _set(self, delay_s: float) -> None:
        """Set the job; when it was first due does not change by setting it again."""
        self._set_at = self._monotonic()
        run_at = self._now() + timedelta(seconds=delay_s)
        self._scheduler.add_job(self._run, "date", run_date=run_at, id=_JOB, replace_existing=True)

    def _run(self) -> None:
        self._began_at = self._monotonic()
        delay_s = AFTER_ERROR_S
        try:
            delay_s = self._work()
        except Exception:
            # Whatever it was, the next entry must still be carried.
            log.exception("work.failed", again_in_s=delay_s)
        finally:
            self._arm(delay_s)
            self._began_at = None
            with self._idle:
                self._idle.notify_all()

    def _watch(self) -> None:
        apart = self._apart()
        while not self._stop.wait(self._look_every_s):
            before, apart = apart, self._apart()
            began_at, now = self._began_at, self._monotonic()
            if began_at is not None:
                # Work under way sets the next job itself.
                if now - began_at < STUCK_S:
                    self._alive()
                continue
            # A pool that died takes every job and does none: what counts is that work begins.
            if now - self._due_at < LOST_S:
                self._alive()
            if abs(apart - before) > STEP_S:
                log.info("clock.stepped", by_s=round(apart - before, 1))
                self._set(max(self._due_at - now, _SHORTEST_S))
            elif now - max(self._due_at, self._set_at) > OVERDUE_S:
                log.warning("job.lost", late_s=round(now - self._due_at, 1))
                self._set(_SHORTEST_S)

    def _apart(self) -> float:
        return self._now().timestamp() - self._monotonic()
