"""The station's program on a simulated board: real journal, tap loop and inbox, a panel that remembers."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from central.fleet.board import Board, BoardClock
from central.fleet.invariants import Broken, Invariant
from central.fleet.witness import Witness
from station.boot import boot_to_begin
from station.errors import InboxError, JournalError, JournalFullError
from station.inbox import FOLDER, Inbox
from station.journal import FILE_NAME, MOST_ROWS, Head, Identity, Journal, JournalReader, Row
from station.loop import attend
from station.loss import Losses
from station.reader import Credential, Presented, Removed
from station.shift import recall
from station.station import Answered, Station
from station.tap import Json, Kind, Reading
from station.verdict import Sign, Verdict

SCHOOL_KEY: Final = bytes(range(32))
ALIVE_MS: Final = 15 * 60_000
READER: Final = "front"
SW: Final = "0.1.0"

_STORED: Final = frozenset({Verdict.WELCOME, Verdict.NOT_ON_ROSTER, Verdict.ALREADY_TAPPED})
_HELD_MS: Final = 800
_MOST_KEPT: Final = 64


@dataclass(slots=True)
class FrailDisk:
    """Whether the disk refuses just now."""

    refuses: bool = False


class FrailJournal(Journal):
    """The journal on a disk that can be told to be full."""

    disk: FrailDisk

    def append_all(self, items: Sequence[tuple[Kind, Json]], reading: Reading) -> Head:
        """Append entries, unless the disk refuses."""
        if self.disk.refuses:
            msg = f"{self.path}: the disk is full; make room on it"
            raise JournalFullError(msg)
        return super().append_all(items, reading)


class NoRoster:
    """A station that was never sent a roster welcomes everybody."""

    def current(self) -> None:
        """Return that there is none."""


@dataclass(slots=True)
class MemoryPanel:
    """Tells the witness which light answered which entry; the power may go before it or after it."""

    board: Board
    witness: Witness
    answered: Answered = field(default_factory=Answered)
    recent: dict[int, Row] = field(default_factory=dict)

    def show(self, sign: Sign) -> None:
        """Show a sign."""
        board = self.board
        board.fuse.step()
        seq = self.answered.seq
        if sign in _STORED and seq is not None:
            self.witness.showed_green(board.name, self.recent.get(seq), seq)
        elif sign is Verdict.NOT_RECORDED:
            self.witness.not_recorded += 1
        board.fuse.step()

    def close(self) -> None:
        """Go dark."""


@dataclass(slots=True)
class StationProgram:
    """One life of the station's process, from its boot entry to its end or the power's."""

    board: Board
    witness: Witness
    disk: FrailDisk
    station: Station
    inbox: Inbox
    panel: MemoryPanel
    alive_at_ms: int = 0

    @classmethod
    def begin(cls, board: Board, witness: Witness, disk: FrailDisk, identity: Identity) -> "StationProgram":
        """Open the journal, say that a boot began, and be ready for taps; raises PowerCut."""
        path = board.folder / FILE_NAME
        is_new = not path.exists()
        reader = JournalReader(path)
        clock = BoardClock(board, boot_to_begin(reader, board.boot_id, board.raw_ms()))
        journal = FrailJournal.open(path, identity, clock.reading(), partial(_random63, board.dice))
        assert isinstance(journal, FrailJournal)  # noqa: S101  what was asked to open itself
        journal.disk = disk
        try:
            head = journal.head
            if is_new:
                witness.began(board.name, head.epoch)
                witness.wrote(board.name, reader.rows(head.epoch, 0))
            recent = reader.rows(head.epoch, max(0, head.seq - MOST_ROWS))
            panel = MemoryPanel(board, witness)
            station = Station(
                journal=journal,
                clock=clock,
                roster=NoRoster(),
                key=SCHOOL_KEY,
                key_id="k1",
                presence=recall(recent, clock.reading()),
                losses=Losses(),
                answered=panel.answered,
            )
            program = cls(board, witness, disk, station, Inbox(board.folder / FOLDER, recent), panel)
            journal.watch(program.wrote)
            boot: dict[str, Json] = {"boot_id": board.boot_id, "sw": SW, "clean": journal.was_clean}
            try:
                station.append([(Kind.BOOT, boot)])
            except JournalError:
                station.losses.owed.append((Kind.BOOT, boot))
        except BaseException:
            journal.close()
            raise
        return program

    def wrote(self, epoch: int, rows: Sequence[Row]) -> None:
        """Tell the witness of a commit; the power may go right after it."""
        if rows[0].seq == 1:
            self.witness.began(self.board.name, epoch)
        self.witness.wrote(self.board.name, rows)
        recent = self.panel.recent
        recent.update((row.seq, row) for row in rows)
        while len(recent) > _MOST_KEPT:
            del recent[next(iter(recent))]
        self.board.fuse.step()

    def tap(self, value: str) -> None:
        """Let a student present a card, see the light and take it away."""
        board, station, began_ms = self.board, self.station, self.board.clockwork.now_ms
        credential = Credential("uid", value, "nfc-a", 1, None)
        self.witness.taps += 1
        attend(Presented(credential, READER, board.raw_ms()), station, self.panel)
        attend(Removed(READER, board.raw_ms() + _HELD_MS), station, self.panel)
        if board.clockwork.now_ms != began_ms:
            waited_ms = board.clockwork.now_ms - began_ms
            raise Broken(Invariant.TAP_WAITS_FOR_NOBODY, board.name, f"a tap waited {waited_ms} ms")

    def look_after(self) -> bool:
        """Do the rounds: owed gaps, a sign of life, the agent's files; say whether something of it waits."""
        station, reading = self.station, self.station.clock.reading()
        try:
            if due := station.losses.entries():
                station.journal.append_all(due, reading)
                station.losses.settle()
            if reading.raw_ms >= self.alive_at_ms:
                station.journal.append(Kind.ALIVE, {"readers": {READER: "ready"}, "disk": "ok"}, reading)
                self.alive_at_ms = reading.raw_ms + ALIVE_MS
            self.inbox.take(station.journal, reading)
        except (JournalError, InboxError):
            return True
        return False

    def end(self) -> None:
        """Close the book on this process."""
        try:
            self.station.append([(Kind.SHUTDOWN, dict[str, Json]())])
        except JournalError:
            return

    def close(self) -> None:
        """Let go of the journal, however the process ended."""
        self.station.journal.close()


def _random63(dice: random.Random) -> int:
    return dice.randrange(1, 2**63)
