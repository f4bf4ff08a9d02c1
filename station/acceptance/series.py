"""Taps on trial: the station's own readers, answers and journal code, on a journal that is thrown away."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station.acceptance.site import Site
from station.config import KEY_BYTES
from station.journal import FILE_NAME, Head, Journal
from station.loop import Events, reaction, show
from station.machine import identity_of, make_panel, make_readers
from station.opening import random63
from station.panel import Panel
from station.presence import Presence
from station.reader import Credential, Presented, Removed
from station.roster import FILE_NAME as ROSTER_FILE
from station.roster import RosterFile
from station.station import Answered, Station
from station.supervisor import Supervisor
from station.tap import Kind
from station.verdict import Verdict

AGAIN_MS: Final = 1_000
"""No hand takes a card off and lays it down again within this: the reader lost it and found it again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one presentation was answered with.

    `head` is its journal entry where the answer was the green one, None otherwise; `light_ms` runs
    from the chip's report of the card to the light being told, the flush of the entry between them.
    """

    sign: str
    head: Head | None
    light_ms: int
    is_double: bool


class Series:
    """Trial taps, one after the other; for one thread."""

    def __init__(self, site: Site, station: Station, panel: Panel, events: Events) -> None:
        self._clock = site.clock
        self._station = station
        self._panel = panel
        self._events = events
        self._last: tuple[Credential, int] | None = None

    @property
    def journal(self) -> Journal:
        """The trial journal."""
        return self._station.journal

    def next(self, patience_s: float) -> Answer | None:
        """Answer the next presentation, None when nothing was presented for so long."""
        while True:
            try:
                event = self._events.get(timeout=patience_s)
            except queue.Empty:
                return None
            if event is None:
                continue
            sign = reaction(event, self._station)
            if sign is not None:
                show(self._panel, sign)
            lit_ms = self._clock.reading().raw_ms
            if isinstance(event, Removed):
                # Each laying down of one of a few trial cards is to count, as one of a whole class would.
                self._station.presence = Presence()
                self._last = None if self._last is None else (self._last[0], event.raw_ms)
            elif sign is not None:
                began_ms = event.raw_ms if isinstance(event, Presented) else lit_ms
                head = self._station.journal.head if sign is Verdict.WELCOME else None
                return Answer(sign.name, head, lit_ms - began_ms, self._is_double(event))

    def _is_double(self, event: object) -> bool:
        if not isinstance(event, Presented):
            return False
        before, self._last = self._last, (event.credential, event.raw_ms)
        return (
            before is not None
            and before[0][:2] == event.credential[:2]
            and event.raw_ms - before[1] < AGAIN_MS
        )


@contextmanager
def tapping(site: Site, folder: Path) -> Iterator[Series]:
    """Open readers, panel and a new trial journal in a folder for as long as the block lasts.

    Raises SettingsError, PanelError or JournalError where one of them cannot be had.
    """
    settings, clock, answered = site.settings, site.clock, Answered()
    key, gpio = settings.token.key.hex_bytes(KEY_BYTES), site.gpio(settings)
    folder.mkdir(mode=0o700, parents=True)
    panel = make_panel(settings, clock, gpio, answered)
    events: Events = queue.SimpleQueue()
    stop = threading.Event()
    try:
        journal = Journal.open(folder / FILE_NAME, identity_of(settings), clock.reading(), random63)
    except BaseException:
        panel.close()
        raise
    station = Station(
        journal=journal,
        clock=clock,
        roster=RosterFile(folder / ROSTER_FILE, settings.station, settings.token.key_id),
        key=key,
        key_id=settings.token.key_id,
        answered=answered,
    )
    supervisor = Supervisor(make_readers(settings, clock, gpio), events, stop)
    try:
        journal.append(Kind.BOOT, {"boot_id": site.boot_id, "trial": True}, clock.reading())
        supervisor.start()
        yield Series(site, station, panel, events)
    finally:
        stop.set()
        supervisor.join()
        panel.close()
        journal.close()
