"""Open the journal whatever state its disk is in, and answer whoever taps before that was possible."""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TextIO

from station.boot import boot_id_of
from station.clock import Clock
from station.config import StationSettings
from station.disk import Disk, with_room
from station.errors import JournalBusyError, JournalDamagedError, JournalError, JournalFullError, StationError
from station.inbox import FOLDER
from station.journal import FILE_NAME, Journal
from station.journal.soundness import take_back
from station.logs import Log
from station.loop import TICK_S, Events, show
from station.loss import Losses
from station.machine import Machine, boot_of, clock_of, identity_of
from station.notify import is_supervised
from station.reader import Presented, Unreadable
from station.salvage import command as salvage_command
from station.salvage import is_due, salvage
from station.verdict import Verdict
from station.watchdog import Watchdog

ALARM_S: Final = 10.0
"""How long the room sees that nothing is recorded before a service that cannot go on is started again."""
RETRY_S: Final = 5.0
"""How long a disk that cannot be used is left alone before it is asked again."""

log = Log(__name__)


@dataclass(slots=True)
class Opening:
    """The way to an open journal; `start_readers` is called once there may be somebody to refuse."""

    machine: Machine
    events: Events
    stop: threading.Event
    watchdog: Watchdog
    start_readers: Callable[[], None]
    losses: Losses = field(default_factory=Losses)
    _why: JournalError = field(default_factory=lambda: JournalError("the journal is not open"))
    _is_alarmed: bool = False

    def open(self, *, is_damaged: bool = False) -> tuple[Clock, Journal] | None:
        """Return the clock of this boot and the open journal, None when told to stop before that.

        Salvages a journal that is damaged and waits for a disk that refuses, however long; all the
        while who taps is shown that nothing is recorded, and counted. Raises JournalError for what
        waiting cannot mend: another process that writes, or a journal that is not ours.
        """
        is_salvaged = self._is_alarmed = False
        while not self.stop.is_set():
            try:
                if is_damaged:
                    self._refuse_during(partial(salvage_journal, self.machine.settings, self.machine.boot_id))
                    is_damaged, is_salvaged = False, True
                return self._open()
            except JournalBusyError:
                raise
            except JournalDamagedError as error:
                log.exception("journal.damaged")
                is_damaged, self._why = True, error
                if is_salvaged:
                    # A disk that damages what was just mended gets no rest from being written again.
                    self._refuse_during(partial(self.stop.wait, RETRY_S))
            except JournalError as error:
                log.exception("journal.closed")
                self._why = error
                self._wait_or_raise(error)
        return None

    def _open(self) -> tuple[Clock, Journal]:
        settings = self.machine.settings
        _make_folder(settings)
        path, identity = settings.state_dir / FILE_NAME, identity_of(settings)
        take_back(path)
        if why := is_due(path, settings.sidecar, identity):
            raise JournalDamagedError(why)
        clock = clock_of(settings, boot_of(settings, self.machine.boot_id))
        opened = partial(Journal.open, path, identity, clock.reading(), random63)
        return clock, with_room(opened, Disk(settings.state_dir).make_room)

    def _wait_or_raise(self, error: JournalError) -> None:
        # What has a cause outside is the disk's, or a fault of a salvage that may succeed another time.
        if isinstance(error, JournalFullError) or error.__cause__ is not None:
            self._refuse_during(partial(self.stop.wait, RETRY_S))
            return
        show(self.machine.panel, Verdict.NOT_RECORDED)
        if is_supervised():
            # The service is started again and again; most of that time the room sees the alarm.
            self.stop.wait(ALARM_S)
        raise error

    def _refuse_during(self, work: Callable[[], object]) -> None:
        """Do lengthy work in a thread of its own, and tell all who tap meanwhile that it is not recorded."""
        self.start_readers()
        # Only waiting is left, and a service manager that begins it anew would not make it shorter.
        self.watchdog.ready()
        if not self._is_alarmed:
            show(self.machine.panel, Verdict.NOT_RECORDED)
            self._is_alarmed = True
        clock = clock_of(self.machine.settings, boot=0)
        outcome: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        threading.Thread(target=_tell, args=(work, outcome), name="mend", daemon=True).start()
        while outcome.empty():
            self.watchdog.feed(clock.reading().raw_ms)
            try:
                event = self.events.get(timeout=TICK_S)
            except queue.Empty:
                continue
            if isinstance(event, Presented | Unreadable):
                self.losses.add(self._why)
                log.error("tap.refused", reader=event.reader)
                show(self.machine.panel, Verdict.NOT_RECORDED)
        error = outcome.get()
        if isinstance(error, StationError):
            raise error
        if error is not None:
            msg = "the journal could not be mended; it is tried again"
            raise JournalError(msg) from error


def salvage_journal(settings: StationSettings, boot_id: str) -> None:
    """Build a sound journal out of what is left of this one; raises JournalError."""
    path, clock = settings.state_dir / FILE_NAME, _clock_to_salvage_by(settings, boot_id)
    identity, reading, stamp = identity_of(settings), clock.reading(), stamp_of(clock)
    salvaged = partial(salvage, path, settings.sidecar, identity, reading, random63, stamp)
    with_room(salvaged, Disk(settings.state_dir).make_room)


def salvage_by_hand(settings: StationSettings, out: TextIO) -> int:
    """Salvage the journal unless it is sound, tell a person what came of it, and return the exit code."""
    path, clock = settings.state_dir / FILE_NAME, _clock_to_salvage_by(settings, boot_id_of())
    identity = identity_of(settings)
    return salvage_command.salvage_journal(
        path, settings.sidecar, identity, clock.reading(), stamp_of(clock), out
    )


def stamp_of(clock: Clock) -> str:
    """Return what a damaged file put aside now is called by."""
    return clock.now().strftime("%Y%m%dT%H%M%SZ")


def random63() -> int:
    """Draw an epoch."""
    return secrets.randbits(63)


def _clock_to_salvage_by(settings: StationSettings, boot_id: str) -> Clock:
    try:
        boot = boot_of(settings, boot_id)
    except JournalError:
        # Whoever salvages counts on from the newest boot that can still be read.
        boot = 0
    return clock_of(settings, boot)


def _make_folder(settings: StationSettings) -> None:
    try:
        (settings.state_dir / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{settings.state_dir}: the folder cannot be made ({error.strerror}); correct state_dir"
        raise JournalError(msg) from error


def _tell(work: Callable[[], object], outcome: queue.SimpleQueue[Exception | None]) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 (raised again in the thread that waits for it)
        outcome.put(error)
    else:
        outcome.put(None)
