"""A release on trial: begun, watched, and kept or given up; wherever it is cut off, it goes on from there."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from provisioning.board.update import environment, health, state
from provisioning.board.update.durable import point
from provisioning.board.update.errors import StateError
from provisioning.board.update.layout import Layout
from provisioning.board.update.state import Pending, State
from provisioning.board.update.units import Units
from station.logs import Log

log = Log(__name__)

ATTEMPTS: Final = 3
_PROBE_S: Final = 120


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: to become well, to stay so, without central at most, between looks, and without a tap before.

    An agent that found no central for `offline_s` does not keep a release from being kept.
    """

    well_s: float = 180
    settled_s: float = 30
    offline_s: float = 900
    look_s: float = 5
    quiet_s: float = 600


class Board(Protocol):
    """What a trial needs of the world: seconds that only go forward, and waiting for some."""

    def seconds(self) -> float:
        """Return a clock that nobody sets."""

    def wait(self, seconds: float) -> None:
        """Let time pass."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What a look at the journal showed: `wrong` is None where it is sound."""

    wrong: str | None
    quiet_s: float


@dataclass(frozen=True, slots=True)
class Trial:
    """Carries a release from its first start to a decision; `look` looks at the journal."""

    layout: Layout
    units: Units
    board: Board
    look: Callable[[], Journal]
    pace: Pace = Pace()

    def begin(self, before: str, after: str) -> None:
        """Note that a release goes on trial; what runs stays. Raises StateError, OSError."""
        # From here on the updater itself runs from what is known to be well.
        point(self.layout.good, f"releases/{before}")
        readers = tuple(health.ready_readers(self.layout.station))
        self._note(replace(self._state(), pending=Pending(before, after, readers)))

    def decide(self) -> bool:
        """Try the release that is pending until it is kept (True) or given up (False).

        Raises StateError and OSError, after which it goes on where it was.
        """
        pending = self._state().pending
        while pending is not None:
            if pending.is_back or not environment.is_complete(self.layout, pending.after):
                self._go_back(pending)
                return False
            if pending.attempt >= ATTEMPTS:
                # Noted first: a power cut on the way back must not lead forward again.
                pending = self._noted(replace(pending, is_back=True))
                continue
            # Counted before it begins: a release that takes the board down with it is given up as well.
            pending = self._noted(replace(pending, attempt=pending.attempt + 1))
            why = self._attempt(pending)
            if why is None:
                self._keep(pending)
                return True
            log.warning("update.unwell", release=pending.after, attempt=pending.attempt, why=why)
            pending = self._noted(replace(pending, why=why))
        return False

    def _attempt(self, pending: Pending) -> str | None:
        """Start the release and watch it; return what is not well with it, None when all is."""
        before = health.marks(self.layout.station)
        self._switch(pending.after)
        began_s = self.board.seconds()
        while True:
            why, has_talked = self._illness(pending, before)
            passed_s = self.board.seconds() - began_s
            enough_s = self.pace.settled_s if has_talked else self.pace.offline_s
            if why is None and passed_s >= enough_s:
                # Last, because it reads every page.
                return self.look().wrong
            if why is not None and passed_s >= self.pace.well_s:
                return why
            self.board.wait(self.pace.look_s)

    def _illness(
        self, pending: Pending, before: tuple[health.Mark | None, health.Mark | None]
    ) -> tuple[str | None, bool]:
        if not self.units.are_ready():
            return "station or agent is not ready", False
        seen = health.seen_since(self.layout.station, before)
        return seen.illness(pending.after, pending.readers), seen.has_talked

    def _keep(self, pending: Pending) -> None:
        point(self.layout.good, f"releases/{pending.after}")
        said = f"release {pending.after} is in use"
        self._note(replace(self._state(), pending=None, floor=pending.after, said=said))
        environment.remove_all_but(self.layout, (pending.before, pending.after))
        log.info("update.kept", release=pending.after, before=pending.before)

    def _go_back(self, pending: Pending) -> None:
        self._switch(pending.before)
        point(self.layout.good, f"releases/{pending.before}")
        why = pending.why or "it never became well"
        said = f"release {pending.after} was given up ({why}); {pending.before} is in use"
        refused = {**self._state().refused, pending.after: why}
        self._note(replace(self._state(), pending=None, refused=refused, said=said))
        environment.remove_all_but(self.layout, (pending.before,))
        log.error("update.given_up", release=pending.after, back_to=pending.before, why=why)

    def _switch(self, version: str) -> None:
        # One rename: at every moment the link names a release that is complete.
        point(self.layout.current, f"releases/{version}")
        self.units.begin(self.layout.release(version))

    def _state(self) -> State:
        return state.read(self.layout.own)

    def _note(self, noted: State) -> None:
        state.write(self.layout.own, noted)

    def _noted(self, pending: Pending) -> Pending:
        self._note(replace(self._state(), pending=pending))
        return pending


def running(layout: Layout) -> str:
    """Return the release that runs; raises StateError where none is installed."""
    found = _release_of(layout.current)
    if found is None:
        msg = f"{layout.current} names no release; install the station from its bundle first"
        raise StateError(msg)
    return found


def look_at(layout: Layout, user: str | None) -> Journal:
    """Look at the station's journal in a process of its own that is `user`, whose file it is."""
    # Another account's look could leave files beside the journal that the station may not write.
    command = [
        sys.executable,
        "-m",
        "provisioning.board.update.probe",
        str(layout.station / "journal.sqlite"),
    ]
    try:
        done = subprocess.run(  # noqa: S603  this program's own
            command,
            user=user,
            group=user,
            extra_groups=None if user is None else (),
            capture_output=True,
            text=True,
            timeout=_PROBE_S,
            check=False,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        told = json.loads(done.stdout)
        return Journal(told["sound"], told["quiet_ms"] / 1_000)
    except (OSError, ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as error:
        return Journal(f"the journal could not be looked at ({type(error).__name__})", 0.0)


def _release_of(link: Path) -> str | None:
    try:
        return link.resolve(strict=True).name
    except OSError:
        return None
