"""What one station answers taps with, and the one way anything of it gets into the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from station import credential
from station.clock import Clock
from station.disk import with_room
from station.journal import Head, Journal
from station.loss import Losses
from station.presence import Presence
from station.reader import Credential
from station.roster import Roster
from station.staff.examination import Examination
from station.staff.session import Desk
from station.tap import Json, Kind

SUN = "sun"


class RosterSource(Protocol):
    """Whatever knows which roster is in force."""

    def current(self) -> Roster | None:
        """Return the roster in force, None while there never was one."""


class Disk(Protocol):
    """The disk the journal lies on, as far as a tap is concerned."""

    def make_room(self) -> bool:
        """Give up what was kept for the day the disk is full; return whether there was any."""


@dataclass(slots=True)
class Answered:
    """The journal entry that the sign now being shown answers, None when it answers none."""

    seq: int | None = None


@dataclass(slots=True)
class Station:
    """What one station answers taps with; `noted` counts by reader what its next tap is to tell."""

    journal: Journal
    clock: Clock
    roster: RosterSource
    key: bytes = field(repr=False)
    key_id: str
    disk: Disk | None = None
    presence: Presence = field(default_factory=Presence)
    losses: Losses = field(default_factory=Losses)
    noted: dict[str, Counter[str]] = field(default_factory=dict)
    answered: Answered = field(default_factory=Answered)
    desk: Desk = field(default_factory=Desk)
    examination: Examination = field(default_factory=lambda: Examination(list))
    journalled: int = 0
    unlogged: list[tuple[int, str]] = field(default_factory=list)
    """The sequence number and the reader of each tap whose log line waits for its light."""

    def token_of(self, found: Credential) -> bytes | None:
        """Return the token of a credential, None for one that only central can open."""
        return None if found.kind == SUN else credential.token(self.key, found.kind, found.value)

    def mark_of(self, found: Credential, token: bytes | None) -> bytes:
        """Return what a credential with this token is known by while it is remembered, here alone."""
        if token is not None and found.value:
            return token
        return credential.token(self.key, found.kind, found.value or found.evidence or "")

    def note(self, reader: str, what: str) -> None:
        """Count something that the next tap at this reader is to tell."""
        self.noted.setdefault(reader, Counter())[what] += 1

    def notes(self, reader: str) -> Mapping[str, int]:
        """Return what the next tap at this reader is to tell."""
        return self.noted.get(reader, {})

    def append(self, items: Sequence[tuple[Kind, Json]]) -> Head:
        """Append entries after all that is owed, giving up the ballast if need be; raises JournalError."""
        due = [*self.losses.entries(), *items]
        reading = self.clock.reading()
        stored = partial(self.journal.append_all, due, reading)
        head = stored() if self.disk is None else with_room(stored, self.disk.make_room)
        self.losses.settle()
        self.answered.seq = head.seq
        return head
