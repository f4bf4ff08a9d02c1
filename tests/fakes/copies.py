"""One copy of a station's storage in a board of its own: both real programs, on power that may go."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import InitVar, dataclass, field
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from central.fleet.agent_program import AgentProgram, make_template
from central.fleet.board import Board, PowerCut
from central.fleet.clockwork import Clockwork
from central.fleet.line import Line, Question
from central.fleet.station_program import FrailDisk, StationProgram
from central.fleet.witness import Witness
from central.intake.reply import Reply
from station import chain
from station.inbox import FOLDER
from station.journal import Identity as StationIdentity
from station.tap import Kind
from sync_agent.composing import Identity
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from sync_agent.signing import SigningKey, VerifyKey

STATION = "st-r101"
SCHOOL = "34000000123456"
KEY = SigningKey(b"the station signs with this key.")
_MOST_TURNS = 400
_TAP = b'[1,"tap",'


@dataclass(frozen=True, slots=True)
class Around:
    """What all copies share; `ask` takes a step of the asking board and what it asks."""

    clockwork: Clockwork
    witness: Witness
    dice: random.Random
    server_key: VerifyKey
    ask: Callable[[Callable[[], None], Question], Reply]


@dataclass(slots=True)
class Copy:
    """A living copy of the station; `born` takes each epoch it begins, with its first entry's hash."""

    around: Around
    folder: Path
    born: dict[int, bytes]
    early_turns: InitVar[int] = 0
    board: Board = field(init=False)
    disk: FrailDisk = field(default_factory=FrailDisk, init=False)
    _known: int = field(default=0, init=False)
    _station: StationProgram | None = field(default=None, init=False)
    _agent: AgentProgram | None = field(default=None, init=False)

    def __post_init__(self, early_turns: int) -> None:
        around = self.around
        self.folder.mkdir(exist_ok=True)
        self.board = Board(self.folder.name, self.folder, around.clockwork, around.dice)
        self.begin(early_turns)

    @property
    def station(self) -> StationProgram:
        """Return the station's program."""
        assert self._station is not None
        return self._station

    @property
    def program(self) -> AgentProgram:
        """Return the agent's program."""
        assert self._agent is not None
        return self._agent

    def begin(self, early_turns: int = 0) -> None:
        """Switch the board on; both programs begin with what is on the disk.

        The agent may take some turns before the station has journalled that a boot began.
        """
        self.board.power_on()
        self._known = 0
        if early_turns:
            self._begin_agent()
            for _ in range(early_turns):
                self.turn()
            self.program.close()
        identity = StationIdentity(STATION, SCHOOL, "0.1.0")
        self._station = StationProgram.begin(self.board, self.around.witness, self.disk, identity)
        self._begin_agent()
        self._note_birth()

    def close(self) -> None:
        """Let go of every file, as when the power goes."""
        if self._agent is not None:
            self._agent.close()
        if self._station is not None:
            self._station.close()
        self._agent = self._station = None
        self.board.power_off()

    def restart_agent(self) -> None:
        """Let the agent's process end and begin again."""
        self.program.close()
        with self.powered():
            self._begin_agent()

    def tap(self, value: str) -> None:
        """Let a student tap."""
        with self.powered():
            self.station.tap(value)

    def look(self) -> None:
        """Let the station take what its agent laid down."""
        with self.powered():
            self.station.look_after()
        self._note_birth()

    def turn(self) -> None:
        """Let the agent take a turn in which it talks."""
        agent = self.program.agent
        agent._talk_at = agent.monotonic()
        with self.powered():
            self.program.turn()

    def work(self) -> None:
        """Let both programs work as long as the agent sees something to do at once."""
        self.look()
        for _ in range(_MOST_TURNS):
            self.around.clockwork.now_ms += 300
            self.turn()
            agent = self.program.agent
            if agent._talk_at > agent.monotonic():
                return

    def epochs(self) -> list[int]:
        """Return the epochs of its journal, oldest first."""
        return self.program.reader.epochs()

    def taps(self) -> set[bytes]:
        """Return the leaves of the taps its journal holds, each where it was first written."""
        found, reader = set[bytes](), self.program.reader
        for epoch in reader.epochs():
            last = 0
            while rows := reader.rows(epoch, last):
                found |= {chain.leaf(row.body) for row in rows if row.body.startswith(_TAP)}
                last = rows[-1].seq
        return found

    def is_done(self) -> bool:
        """Say whether central is known to have everything, and nothing is to be taken or carried."""
        parts, newest = self.program.agent.parts, self.epochs()[-1]
        peer = parts.memory.peer(newest)
        is_laid = parts.inbox.holds(Kind.CARRY) or parts.inbox.holds("epoch")
        is_sent = peer.acked == parts.outbox.head(newest) and parts.memory.pending() is None
        is_carried = not (is_laid or parts.carrier.is_under_way or parts.outbox.backlog().entries)
        return is_sent and is_carried and peer.parted is None

    def state(self) -> str:
        """Say in a line how the agent stands, for whoever reads why a trial failed."""
        parts = self.program.agent.parts
        peers = [parts.memory.peer(epoch) for epoch in self.epochs()]
        waiting = parts.outbox.backlog().entries
        return f"{self.folder.name}: {self.program.agent.state}, {waiting} waiting, {peers}"

    @contextmanager
    def powered(self) -> Iterator[None]:
        """Let the power go where the fuse says so, and come again."""
        try:
            yield
        except PowerCut:
            self.lose_power()

    def lose_power(self) -> None:
        """Lose the power: what was renamed into place without being flushed may be lost."""
        self.close()
        for file in sorted((self.folder / FOLDER).glob("*.json")):
            if self.around.dice.random() < 0.5:
                file.unlink()
        self.begin()

    def _begin_agent(self) -> None:
        around = self.around
        identity = Identity(STATION, KEY, around.server_key, "0.1.0")
        line = Line(STATION, partial(around.ask, self.board.fuse.step))
        self._agent = AgentProgram.begin(self.board, identity, line, _template())

    def _note_birth(self) -> None:
        reader = self.program.reader
        for epoch in reader.epochs()[self._known :]:
            h = reader.rows(epoch, 0, 1)[0].h
            assert self.born.setdefault(epoch, h) == h, f"epoch {epoch} was begun twice"
            self._known += 1


_KEPT = TemporaryDirectory(prefix="rollbook-")


@cache
def _template() -> Path:
    """Prepare an empty agent's database once for all copies."""
    return make_template(Path(_KEPT.name))


def copy_storage(source: Path, target: Path) -> None:
    """Copy the storage of a board that is switched off."""
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*lock"))


def forget_memory(folder: Path) -> None:
    """Take the agent's database away."""
    for file in folder.glob(f"{MEMORY_FILE}*"):
        file.unlink()
