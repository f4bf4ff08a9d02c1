"""The station's process: open everything, answer taps until told to stop, close everything."""

from __future__ import annotations

import queue
import secrets
import signal
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

import station as package
from station.clock import Clock
from station.config import StationSettings
from station.errors import EntryError, JournalError, ReaderError
from station.inbox import FOLDER, Inbox
from station.journal import FILE_NAME, MOST_ROWS, Identity, Journal, JournalReader, Row
from station.logs import Log
from station.loop import Events, Station, reaction, serve, show
from station.machine import Machine, boot_of, clock_of, look_around
from station.notify import is_supervised
from station.panel import Panel
from station.presence import REPEAT_MS, Presence
from station.reader import Reader
from station.roster import FILE_NAME as ROSTER_FILE
from station.roster import RosterFile
from station.status import FILE_NAME as STATUS_FILE
from station.supervisor import Supervisor
from station.tap import Json, Kind, Reading, Tap, decode
from station.upkeep import Rounds
from station.verdict import Verdict
from station.watchdog import Watchdog

ALARM_S: Final = 10.0

_POLL_S = 0.1
log = Log(__name__)


def run(settings: StationSettings, *, require_reader_s: int = 0) -> int:
    """Run the station until SIGTERM or SIGINT; raises StationError when it cannot begin.

    With `require_reader_s` it gives up after so many seconds without a reader that works.
    """
    machine = look_around(settings)
    events: Events = queue.SimpleQueue()
    stop = threading.Event()
    _stop_on_signals(stop, events)
    with ExitStack() as open_things:
        open_things.callback(machine.panel.close)
        clock, journal = _open_or_alarm(machine, stop)
        open_things.callback(journal.close)
        station, rounds = _assemble(machine, clock, journal)
        # What an earlier process said of itself is not true of this one, nor of the time after it.
        rounds.forget_status()
        open_things.callback(rounds.forget_status)
        _begin(machine, station)
        supervisor = Supervisor(machine.readers, events, stop)
        supervisor.start()
        try:
            if require_reader_s:
                _await_reader(machine.readers, require_reader_s, stop)
            rounds.watchdog.ready()
            serve(events, station, machine.panel, rounds, stop)
        finally:
            stop.set()
            rounds.watchdog.stopping()
            supervisor.join()
            _end(events, station, machine.panel)
    return 0


def _open_or_alarm(machine: Machine, stop: threading.Event) -> tuple[Clock, Journal]:
    try:
        return _open_journal(machine)
    except JournalError:
        log.exception("journal.closed")
        show(machine.panel, Verdict.NOT_RECORDED)
        if is_supervised():
            # The service is started again and again; most of that time the room sees the alarm.
            stop.wait(ALARM_S)
        raise


def _open_journal(machine: Machine) -> tuple[Clock, Journal]:
    settings = machine.settings
    try:
        (settings.state_dir / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{settings.state_dir}: the folder cannot be made ({error.strerror}); correct state_dir"
        raise JournalError(msg) from error
    identity = Identity(settings.station, settings.school, package.__version__)
    path = settings.state_dir / FILE_NAME
    clock = clock_of(settings, boot_of(settings, machine.boot_id))
    return clock, Journal.open(path, identity, clock.reading(), partial(secrets.randbits, 63))


def _assemble(machine: Machine, clock: Clock, journal: Journal) -> tuple[Station, Rounds]:
    settings = machine.settings
    head = journal.head
    recent = JournalReader(settings.state_dir / FILE_NAME).rows(head.epoch, max(0, head.seq - MOST_ROWS))
    station = Station(
        journal=journal,
        clock=clock,
        roster=RosterFile(settings.state_dir / ROSTER_FILE, settings.station, settings.token.key_id),
        key=machine.key,
        key_id=settings.token.key_id,
        presence=recall(recent, clock.reading()),
        answered=machine.answered,
    )
    rounds = Rounds(
        station=station,
        panel=machine.panel,
        readers=machine.readers,
        inbox=Inbox(settings.state_dir / FOLDER, recent),
        watchdog=Watchdog(),
        status_file=settings.state_dir / STATUS_FILE,
        clock_refusal=machine.clock_refusal,
    )
    return station, rounds


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


def _begin(machine: Machine, station: Station) -> None:
    practice = machine.settings.practice
    was_clean = station.journal.newest.kind in (Kind.SHUTDOWN, Kind.GENESIS)
    payload: dict[str, Json] = {"boot_id": machine.boot_id, "sw": package.__version__, "clean": was_clean}
    if practice is not None:
        payload["practice"] = True
        log.warning("practice.on", clock=practice.clock)
    items: list[tuple[Kind, Json]] = [(Kind.BOOT, payload)]
    if machine.clock_refusal is not None:
        # Every tap will look untimed, and not because the time is unknown: central is to hear why.
        log.error("clock.refused", why=machine.clock_refusal)
        items.append(
            (Kind.ERR, {"what": f"the kernel does not say how good its clock is: {machine.clock_refusal}"})
        )
    reading = station.clock.reading()
    try:
        head = station.journal.append_all(items, reading)
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


def _await_reader(readers: Sequence[Reader], wait_s: int, stop: threading.Event) -> None:
    for _ in range(round(wait_s / _POLL_S)):
        if any(reader.health().state == "ready" for reader in readers) or stop.wait(_POLL_S):
            return
    names = ", ".join(reader.name for reader in readers)
    msg = f"no reader answers ({names}); check the cable and `port` in the [[readers]] tables"
    raise ReaderError(msg)


def _stop_on_signals(stop: threading.Event, events: Events) -> None:
    def ask(_number: int, _frame: object) -> None:
        stop.set()
        # The queue is safe to use from a signal handler, and wakes the loop at once.
        events.put(None)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)


def _end(events: Events, station: Station, panel: Panel) -> None:
    """Answer what was presented before the readers stopped, and sign off."""
    while not events.empty():
        event = events.get()
        sign = None if event is None else reaction(event, station)
        if sign is not None:
            show(panel, sign)
    try:
        items = [*station.losses.entries(), (Kind.SHUTDOWN, dict[str, Json]())]
        station.journal.append_all(items, station.clock.reading())
        log.info("station.stopped", taps=station.journalled)
    except JournalError:
        log.exception("shutdown.lost")
