"""The agent's process: work until told to stop, or once until central has everything."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import sync_agent as package
from station.logs import Log
from station.notify import ALIVE, READY, STOPPING, notify
from sync_agent.agent import Agent
from sync_agent.assembly import assembled
from sync_agent.config import SyncSettings
from sync_agent.errors import (
    EXIT_DONE,
    AgentError,
    CourierError,
    MemoryFileError,
    RefusedError,
    TryAgainError,
)
from sync_agent.memory_file import FILE_NAME, is_current
from sync_agent.outcome import Acked, Halted, Later, Reenrol
from sync_agent.schedule import Schedule

SIGNAL_S = 1.0
PATIENCE_S = 8.0
"""How long a talk under way may go on after SIGTERM; it may be cut off at any point without harm."""

log = Log(__name__)


def run(settings: SyncSettings, config_file: Path) -> int:
    """Carry entries until SIGTERM or SIGINT.

    Raises SettingsError, AgentError or StationError when it cannot begin.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    prepare(settings, config_file)
    with assembled(settings, stop.set) as agent:
        _announce(settings, agent)
        schedule = Schedule(agent.turn, lambda: datetime.now(UTC), time.monotonic, partial(notify, ALIVE))
        schedule.start()
        notify(READY)
        # In portions, because a signal that lands in another thread does not end a wait without end.
        while not stop.wait(SIGNAL_S):
            pass
        notify(STOPPING)
        if not schedule.stop(PATIENCE_S):
            log.warning("agent.cut_off", after_s=PATIENCE_S)
            # The pool's thread would be waited for; what it was doing is kept and will be repeated.
            os._exit(EXIT_DONE)
    log.info("agent.stopped")
    return EXIT_DONE


def once(settings: SyncSettings, config_file: Path) -> int:
    """Talk until central has every entry and return how many places of the newest epoch it acknowledged.

    Raises CourierError when nobody answers, TryAgainError when the answer was no, RefusedError when a
    person must look.
    """
    prepare(settings, config_file)
    with assembled(settings) as agent:
        while True:
            outcome = agent.talk()
            if isinstance(outcome, Halted):
                msg = f"central refuses this station ({outcome.reason}); compare the two before going on"
                raise RefusedError(msg)
            if isinstance(outcome, Later):
                raise _undone(outcome)
            if isinstance(outcome, Reenrol):
                msg = f"the station is to begin a new epoch ({outcome.reason}); let it run, then try again"
                raise TryAgainError(msg)
            if isinstance(outcome, Acked) and not outcome.more:
                _require_all_handed_over(agent)
                return outcome.seq


def prepare(settings: SyncSettings, config_file: Path) -> None:
    """Let a short process of its own bring the agent's database to this release's shape, if need be.

    Raises MemoryFileError, SchemaError.
    """
    if is_current(settings.state_dir / FILE_NAME):
        return
    command = [sys.executable, "-m", "sync_agent.cli", "migrate", "--config", str(config_file)]
    done = subprocess.run(command, check=False)  # noqa: S603 (this program itself)
    if done.returncode:
        msg = f"{settings.state_dir / FILE_NAME}: cannot be prepared; see the message before this one"
        raise MemoryFileError(msg)


def _announce(settings: SyncSettings, agent: Agent) -> None:
    standing = agent.parts.memory.standing()
    if settings.practice is not None:
        log.warning("practice.on", clock=settings.practice.clock)
    if standing.halted:
        log.error("sync.was_halted", why=standing.halted, now="trying once more")
    log.info(
        "agent.started",
        station=settings.station,
        server=settings.server,
        sw=package.__version__,
        boot=agent.parts.clock.reading().boot,
        waiting=agent.parts.outbox.backlog().entries,
        first_in_s=round(agent.first_s, 1),
    )


def _require_all_handed_over(agent: Agent) -> None:
    if agent.hand_over():
        waiting = agent.parts.outbox.backlog().entries
        msg = (
            f"{waiting} entries of earlier epochs are yet to be carried; let the station run, then try again"
        )
        raise TryAgainError(msg)


def _undone(outcome: Later) -> AgentError:
    if not outcome.answered:
        return CourierError(outcome.reason)
    return TryAgainError(f"central did not take the entries ({outcome.reason}); try again")
