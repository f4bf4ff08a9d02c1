"""The agent's program on a simulated board: real exchange, memory and turns over a simulated line."""

import random
import shutil
import sqlite3
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from central.fleet.board import Board, BoardClock
from central.fleet.kept import KeptMemory, KeptReader
from station.boot import UNNUMBERED, boot_as_journalled
from station.journal import FILE_NAME as JOURNAL_FILE
from sync_agent.agent import Agent, Pacing, Parts
from sync_agent.beacon import Inbox, Sealer
from sync_agent.boot_clock import BootClock
from sync_agent.carry import Carrier
from sync_agent.composing import Identity
from sync_agent.config import TimingSettings
from sync_agent.exchange import Exchange
from sync_agent.memory import Memory
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from sync_agent.memory_file import migrate
from sync_agent.outbox import Outbox
from sync_agent.ports import Courier

# The simulator wakes the agent when there is news; a turn without any does nothing, so none is taken.
_TIMING: Final = TimingSettings(linger_s=3_600.0)
_NONCE_BYTES: Final = 16


class NoDownlink:
    """Nothing is published to a simulated fleet."""

    def follow(self, roster: int | None, config: int | None) -> None:
        """Fetch nothing."""

    def timing(self) -> TimingSettings:
        """Return that nobody paces this agent but central, and that the simulator wakes it."""
        return _TIMING


@dataclass(slots=True)
class AgentProgram:
    """One life of the agent's process."""

    board: Board
    agent: Agent
    memory: Memory
    reader: KeptReader
    is_at_work: bool = False

    @classmethod
    def begin(
        cls, board: Board, identity: Identity, courier: Courier, memory_template: Path
    ) -> "AgentProgram":
        """Open the agent's database, made anew where it was lost, and put the agent together."""
        folder, dice = board.folder, board.dice
        memory_file = folder / MEMORY_FILE
        if not memory_file.exists():
            shutil.copyfile(memory_template, memory_file)
        reader = KeptReader(folder / JOURNAL_FILE)
        numbered = partial(boot_as_journalled, reader, board.boot_id)
        clock = BootClock(BoardClock(board, UNNUMBERED), numbered)
        memory = KeptMemory.open(memory_file)
        outbox, inbox = Outbox(reader, memory), Inbox(folder)
        nonce = partial(_nonce, board, dice)
        parts = Parts(
            exchange=Exchange(identity, courier, outbox, memory, clock, nonce),
            outbox=outbox,
            memory=memory,
            inbox=inbox,
            sealer=Sealer(identity.station, identity.key, outbox, inbox),
            carrier=Carrier(reader, outbox, memory, inbox),
            downlink=NoDownlink(),
            clock=clock,
            state_dir=folder,
        )
        agent = Agent(
            parts=parts,
            pacing=Pacing.of(_TIMING),
            monotonic=board.monotonic,
            dice=dice.random,
            first_s=dice.random() * 5.0,
        )
        return cls(board, agent, memory, reader)

    def turn(self) -> float:
        """Take one turn and return the seconds until the next is due."""
        self.is_at_work = True
        try:
            return self.agent.turn()
        finally:
            self.is_at_work = False

    def close(self) -> None:
        """Let go of the files, however the process ended."""
        self.memory.close()
        self.reader.close()


def make_template(folder: Path) -> Path:
    """Prepare an empty agent's database once, to be copied to every station."""
    file = folder / "template.sqlite"
    migrate(file)
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return file


def _nonce(board: Board, dice: random.Random) -> bytes:
    board.fuse.step()
    return dice.randbytes(_NONCE_BYTES)
