"""A simulated station as a whole: its board, its disk, both of its programs, and all that befalls them."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from central.fleet.agent_program import AgentProgram
from central.fleet.board import BOOT_MS, Board, PowerCut
from central.fleet.clockwork import DEEPEST, Clockwork
from central.fleet.line import Line
from central.fleet.network import Network
from central.fleet.station_program import SW, FrailDisk, StationProgram
from central.fleet.witness import Witness
from station.journal import Identity as StationIdentity
from sync_agent.composing import Identity
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE

LINGER_MS: Final = 2_000
"""How soon the agent notices news: what sync.toml says where it says nothing."""
SHORTEST_S: Final = 0.02
"""No sooner than this does the agent's scheduler begin another turn."""
_INBOX_MS: Final = 1_000
_RETRY_MS: Final = 5_000
_BUSY_MS: Final = 500


@dataclass(frozen=True, slots=True)
class World:
    """What all machines share; `template` is an empty agent's database."""

    clockwork: Clockwork
    network: Network
    witness: Witness
    template: Path


@dataclass(slots=True)
class Machine:
    """One copy of a station; a clone is another machine with the same identity and its own name."""

    world: World
    board: Board
    identity: Identity
    school: str
    disk: FrailDisk = field(default_factory=FrailDisk)
    station: StationProgram | None = None
    agent: AgentProgram | None = None
    _agent_life: int = 0
    _agent_at: int = 0
    _looks_at: int = 0

    @property
    def name(self) -> str:
        """Return the machine's own name, which only the simulator knows."""
        return self.board.name

    @property
    def dice(self) -> random.Random:
        """Return the dice of this machine."""
        return self.board.dice

    def power_on(self) -> None:
        """Switch the machine on and let both programs begin."""
        if self.board.is_on:
            return
        self.world.clockwork.note(self.name, "on", self.board.offset_ms)
        self.board.power_on()
        self.world.clockwork.after(BOOT_MS, partial(self._boot, self.board.life))

    def _boot(self, life: int) -> None:
        if self.board.life != life:
            return
        with self._powered():
            identity = StationIdentity(self.identity.station, self.school, SW)
            self.station = StationProgram.begin(self.board, self.world.witness, self.disk, identity)
        if self.board.is_on:
            self._look_after_in(0)
            self.start_agent()

    def start_agent(self) -> None:
        """Let the agent's process begin, after whatever became of the one before."""
        self._stop_agent()
        if self.station is None:
            return
        with self._powered():
            ask = partial(self.world.network.ask, self.name, partial(self._step, self._agent_life))
            line = Line(self.identity.station, ask)
            self.agent = AgentProgram.begin(self.board, self.identity, line, self.world.template)
        self.wake_agent(0)

    def power_off(self) -> None:
        """Switch the machine off as systemd does: both programs end in peace."""
        if not self.board.is_on:
            return
        with self._powered():
            if self.station is not None:
                self.station.end()
        self._fall("off")

    def cut(self) -> None:
        """Take the power away between two steps."""
        if self.board.is_on:
            self._lose_what_was_not_flushed()
            self._fall("cut")

    def tap(self, value: str) -> None:
        """Let a student tap, if the station runs."""
        if self.station is None:
            return
        with self._powered():
            self.station.tap(value)
        self.wake_agent(self.dice.randrange(LINGER_MS))

    def wake_agent(self, delay_ms: float) -> None:
        """Let the agent take a turn by then, unless it takes one sooner anyway."""
        at_ms = self.world.clockwork.now_ms + int(delay_ms)
        if self._agent_at and self._agent_at <= at_ms:
            return
        self._agent_at = at_ms
        self.world.clockwork.at(at_ms, partial(self._turn, self.board.life, at_ms))

    def replace_disk(self, image: Path, *, keeps_memory: bool) -> None:
        """Put an image in the place of the disk; the agent's database may be another disk's."""
        folder = self.board.folder
        memory = folder / MEMORY_FILE
        kept = memory.read_bytes() if keeps_memory and memory.exists() else None
        shutil.rmtree(folder)
        shutil.copytree(image, folder)
        if kept is not None:
            for file in folder.glob(f"{MEMORY_FILE}*"):
                file.unlink()
            memory.write_bytes(kept)

    def close(self) -> None:
        """Let go of every file."""
        self._stop_agent()
        if self.station is not None:
            self.station.close()
            self.station = None

    def _step(self, agent_life: int) -> None:
        """Take a step of the agent's; raises PowerCut where this life of it has ended."""
        if agent_life != self._agent_life:
            raise PowerCut
        self.board.fuse.step()

    def _turn(self, life: int, at_ms: int) -> None:
        if self.board.life != life or self._agent_at != at_ms or self.agent is None:
            return
        self._agent_at = 0
        agent = self.agent
        # One turn at a time, as the agent's scheduler has it: what comes meanwhile is seen after it.
        if agent.is_at_work or self.world.clockwork.depth >= DEEPEST:
            self.wake_agent(_BUSY_MS)
            return
        sleep_s = 0.0
        with self._powered():
            sleep_s = agent.turn()
        if self.agent is agent:
            self.wake_agent(max(SHORTEST_S, sleep_s) * 1_000)
            self._look_after_in(self.dice.randrange(_INBOX_MS))

    def _look_after_in(self, delay_ms: int) -> None:
        at_ms = self.world.clockwork.now_ms + delay_ms
        if self._looks_at and self._looks_at <= at_ms:
            return
        self._looks_at = at_ms
        self.world.clockwork.at(at_ms, partial(self._look_after, self.board.life, at_ms))

    def _look_after(self, life: int, at_ms: int) -> None:
        if self.board.life != life or self._looks_at != at_ms or self.station is None:
            return
        self._looks_at = 0
        station, waits = self.station, False
        before = station.station.journal.head
        with self._powered():
            waits = station.look_after()
        if self.station is not station:
            return
        if station.station.journal.head != before:
            self.wake_agent(self.dice.randrange(LINGER_MS))
        due_ms = station.alive_at_ms - self.board.raw_ms()
        self._look_after_in(_RETRY_MS if waits else max(_INBOX_MS, due_ms))

    @contextmanager
    def _powered(self) -> Iterator[None]:
        """Let the power go where the fuse says so; what it interrupts is not gone on with."""
        life, agent_life = self.board.life, self._agent_life
        try:
            yield
        except PowerCut:
            # Whoever waited for an answer while its process ended has fallen already.
            if (self.board.life, self._agent_life) == (life, agent_life):
                self._lose_what_was_not_flushed()
                self._fall("cut")

    def _fall(self, how: str) -> None:
        self.world.clockwork.note(self.name, how)
        self.close()
        self.board.power_off()
        self._agent_at = self._looks_at = 0

    def _stop_agent(self) -> None:
        if self.agent is not None:
            self.agent.close()
            self.agent = None
        self._agent_at = 0
        self._agent_life += 1

    def _lose_what_was_not_flushed(self) -> None:
        """Take away files that were renamed into place without being flushed: each may be lost."""
        inbox = self.board.folder / "inbox"
        if inbox.is_dir():
            for file in sorted(inbox.glob("*.json")):
                if self.dice.random() < 0.5:  # noqa: PLR2004  a coin
                    file.unlink()
