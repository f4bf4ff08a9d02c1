"""A whole station on a real journal file, with a clock set by hand and a panel that writes down."""

import json
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from station.clock import HandClock
from station.credential import token
from station.journal import FILE_NAME, Identity, Journal, JournalReader
from station.journal import file as journal_file
from station.loop import pass_time, react, show
from station.panel.recorded import RecordedPanel
from station.reader import Credential, Presented, ReaderEvent, Removed
from station.roster import Roster, RosterFile, compose
from station.station import Answered, Station
from station.tap import Entry, Kind, Tap, decode

KEY = bytes(range(32))
KEY_ID = "k1"
IDENTITY = Identity(station="st-r101", school="34000000123456", sw="0.1.0")

ANA = Credential("uid", "04a1b2c3d4e5f6", "nfc-a", 1, None)
BEN = Credential("uid", "04b1b2c3d4e5f6", "nfc-a", 1, None)
CARA = Credential("em", "0a1b2c3d4e", "em4100", 1, None)


def token_of(credential: Credential) -> bytes:
    """Return what the station keeps of a credential."""
    return token(KEY, credential.kind, credential.value)


def open_journal(folder: Path, clock: HandClock, seed: int = 1) -> Journal:
    """Open or begin the journal in a folder, its epoch drawn from a seed."""
    dice = random.Random(seed)  # noqa: S311 (a test must draw the same epoch each time)
    return Journal.open(folder / FILE_NAME, IDENTITY, clock.reading(), partial(dice.getrandbits, 63))


def entries_in(folder: Path) -> list[Entry]:
    """Return every entry of the youngest epoch, oldest first, as another process reads them."""
    reader = JournalReader(folder / FILE_NAME)
    epoch, entries = reader.epochs()[-1], list[Entry]()
    while rows := reader.rows(epoch, len(entries)):
        entries.extend(decode(row.body) for row in rows)
    return entries


@contextmanager
def broken_disk(journal: Journal) -> Iterator[None]:
    """Make SQLite itself refuse every write, as on a disk that went read-only, however often it is opened."""
    connect = journal_file.connect_to_write

    def connect_to_read_only(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def obey(pragma: str) -> None:
        # A connection that failed is closed already, and the next one begins anew.
        with suppress(sqlite3.ProgrammingError):
            journal._connection.execute(pragma)

    obey("PRAGMA query_only = ON")
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(journal_file, "connect_to_write", connect_to_read_only)
            yield
    finally:
        obey("PRAGMA query_only = OFF")


@dataclass
class Bench:
    """One station to tap at; every folder it needs lies in `folder`."""

    folder: Path
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        answered = Answered()
        self.journal = open_journal(self.folder, self.clock)
        self.panel = RecordedPanel(self.folder / "panel.jsonl", self.clock, lambda: answered.seq)
        self.roster_file = self.folder / "roster.json"
        self.station = Station(
            journal=self.journal,
            clock=self.clock,
            roster=RosterFile(self.roster_file, IDENTITY.station, KEY_ID),
            key=KEY,
            key_id=KEY_ID,
            answered=answered,
        )

    def close(self) -> None:
        """Let go of the files."""
        self.panel.close()
        self.journal.close()

    def expect(
        self, *credentials: Credential, version: int = 1, staff: Sequence[Credential] = ()
    ) -> Roster | None:
        """Put a roster of these credentials, and of the staff's, in place, as the agent does."""
        tokens = [token_of(credential) for credential in (*credentials, *staff)]
        ends_at = datetime(2027, 7, 1, tzinfo=UTC)
        named = [token_of(credential) for credential in staff]
        text = compose(IDENTITY.station, version, KEY_ID, tokens, ends_at, named)
        draft = self.roster_file.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.roster_file)
        return self.station.roster.current()

    def present(self, credential: Credential, reader: str = "nfc") -> Presented:
        """Return the event of a credential laid on a reader now."""
        return Presented(credential, reader, self.clock.raw_ms)

    def tap(self, credential: Credential, reader: str = "nfc") -> str:
        """Lay a credential on a reader and take it away; return what the panel showed."""
        self.react(self.present(credential, reader))
        sign = self.signs()[-1]["sign"]
        self.react(Removed(reader, self.clock.raw_ms))
        return str(sign)

    def hold(self, credential: Credential, ms: int, reader: str = "nfc") -> None:
        """Lay a credential on a reader, look after it four times a second, and take it away in time."""
        self.react(self.present(credential, reader))
        self.wait(ms)
        self.react(Removed(reader, self.clock.raw_ms))

    def wait(self, ms: int) -> None:
        """Let time pass, and the station notice it four times a second."""
        for step_ms in (*[250] * (ms // 250), ms % 250):
            self.clock.advance(step_ms)
            sign = pass_time(self.station)
            if sign is not None:
                show(self.panel, sign)

    def react(self, event: ReaderEvent) -> None:
        """Let the station react to an event, panel included."""
        sign = react(event, self.station)
        if sign is not None:
            show(self.panel, sign)

    def signs(self) -> list[dict[str, object]]:
        """Return what the panel was told to show, oldest first."""
        lines = (self.folder / "panel.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def entries(self, kind: Kind | None = None) -> list[Entry]:
        """Return the entries stored, or those of one kind."""
        return [entry for entry in entries_in(self.folder) if kind is None or entry.kind == kind]

    def taps(self) -> list[Tap]:
        """Return the taps stored."""
        return [Tap.from_payload(entry.payload) for entry in self.entries(Kind.TAP)]
