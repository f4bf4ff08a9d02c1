"""One stretch of answering taps with one open journal: what is begun with it, and what is ended."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import station as package
from station import parts
from station.clock import Clock
from station.disk import Disk
from station.errors import EntryError, JournalDamagedError, JournalError
from station.inbox import FOLDER, Inbox
from station.journal import FILE_NAME, MOST_ROWS, Journal, JournalReader, Row
from station.logs import Log
from station.loop import Events, attend
from station.loss import Losses
from station.machine import Machine
from station.presence import REPEAT_MS, Presence
from station.roster import FILE_NAME as ROSTER_FILE
from station.roster import RosterFile
from station.salvage.scrub import Scrub
from station.sidecar import Sidecar
from station.staff.examination import Examination
from station.station import Station
from station.status import FILE_NAME as STATUS_FILE
from station.tap import Json, Kind, Reading, Tap, decode
from station.told import FILE_NAME as CONFIG_FILE
from station.told import ToldFile
from station.upkeep import Rounds
from station.watchdog import Watchdog

JOIN_S: Final = 3.0

log = Log(__name__)


@dataclass(slots=True)
class Shift:
    """A station at work, with the threads that copy and verify its journal beside the taps."""

    machine: Machine
    station: Station
    rounds: Rounds
    sidecar: Sidecar
    scrub: Scrub
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def assemble(
        cls, machine: Machine, clock: Clock, journal: Journal, losses: Losses, watchdog: Watchdog
    ) -> Shift:
        """Make everything that works with this journal; nothing has begun yet."""
        settings = machine.settings
        path, head = settings.state_dir / FILE_NAME, journal.head
        recent = JournalReader(path).rows(head.epoch, max(0, head.seq - MOST_ROWS))
        disk = Disk(settings.state_dir)
        scrub = Scrub(path, at_once=not journal.was_clean)
        station = Station(
            journal=journal,
            clock=clock,
            roster=RosterFile(settings.state_dir / ROSTER_FILE, settings.station, settings.token.key_id),
            key=machine.key,
            key_id=settings.token.key_id,
            disk=disk,
            presence=recall(recent, clock.reading()),
            losses=losses,
            answered=machine.answered,
        )
        rounds = Rounds(
            station=station,
            panel=machine.panel,
            readers=machine.readers,
            inbox=Inbox(settings.state_dir / FOLDER, recent),
            watchdog=watchdog,
            disk=disk,
            status_file=settings.state_dir / STATUS_FILE,
            config=ToldFile(settings.state_dir / CONFIG_FILE),
            clock_refusal=machine.clock_refusal,
            is_damaged=lambda: scrub.found is not None,
        )
        station.examination = Examination(partial(parts.codes, machine, clock, disk))
        return cls(machine, station, rounds, Sidecar(settings.sidecar), scrub)

    def begin(self) -> None:
        """Say in the journal that the station begins, and let the copying and verifying begin."""
        # What an earlier process said of itself is not true of this one, nor of the time after it.
        self.rounds.forget_status()
        self.rounds.disk.prepare()
        self.sidecar.begin(JournalReader(self.machine.settings.state_dir / FILE_NAME))
        self.station.journal.watch(self.sidecar.add)
        self._boot()
        for name, run in (("sidecar", self.sidecar.run), ("scrub", self.scrub.run)):
            thread = threading.Thread(target=run, args=(self._stop,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def sign_off(self, events: Events) -> None:
        """Answer what was presented before the readers stopped, and close the book on this process."""
        while True:
            try:
                event = events.get_nowait()
            except queue.Empty:
                break
            if event is not None:
                attend(event, self.station, self.machine.panel)
        try:
            self.station.append([(Kind.SHUTDOWN, dict[str, Json]())])
            log.info("station.stopped", taps=self.station.journalled)
        except JournalError:
            log.exception("shutdown.lost")

    def close(self) -> None:
        """Stop copying and verifying, let go of the journal, and take back what was said of the station."""
        self._stop.set()
        for thread in self._threads:
            thread.join(JOIN_S)
        self.station.journal.close()
        self.rounds.forget_status()

    def _boot(self) -> None:
        machine, station = self.machine, self.station
        practice, was_clean = machine.settings.practice, station.journal.was_clean
        payload: dict[str, Json] = {"boot_id": machine.boot_id, "sw": package.__version__, "clean": was_clean}
        if practice is not None:
            payload["practice"] = True
            log.warning("practice.on", clock=practice.clock)
        items: list[tuple[Kind, Json]] = [(Kind.BOOT, payload)]
        if machine.clock_refusal is not None:
            # Every tap will look untimed, and not because the time is unknown: central is to hear why.
            log.error("clock.refused", why=machine.clock_refusal)
            what = f"the kernel does not say how good its clock is: {machine.clock_refusal}"
            items.append((Kind.ERR, {"what": what}))
        reading = station.clock.reading()
        try:
            head = station.journal.append_all(items, reading)
        except JournalDamagedError:
            raise
        except JournalError:
            # Students are told by every tap; the entry goes first once the disk takes one again.
            station.losses.owed.extend(items)
            log.exception("boot.owed")
            return
        log.info(
            "station.started",
            station=machine.settings.station,
            sw=package.__version__,
            boot=reading.boot,
            epoch=head.epoch,
            sequence=head.seq,
            was_clean=was_clean,
        )


def recall(rows: Iterable[Row], reading: Reading) -> Presence:
    """Return the presence of the last minute, so that a process that died does not forget who tapped."""
    presence = Presence()
    for row in rows:
        try:
            entry = decode(row.body)
            tap = Tap.from_payload(entry.payload) if entry.kind == Kind.TAP else None
        except EntryError:
            continue
        is_recent = entry.reading.boot == reading.boot and reading.raw_ms - entry.reading.raw_ms <= REPEAT_MS
        if tap is not None and tap.token is not None and is_recent:
            presence.remember(tap.token, entry.reading.raw_ms)
    return presence
