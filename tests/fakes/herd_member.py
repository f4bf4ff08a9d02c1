"""Some agents of a herd in one process: real exchange, outbox, memory, journal and courier, a thread each."""

import json
import random
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from station.clock import SystemClock
from station.journal import FILE_NAME as JOURNAL_FILE
from station.journal import Identity, Journal, JournalReader
from station.tap import Json, Kind, Tap
from sync_agent.agent import Agent, Pacing, Parts
from sync_agent.beacon import Inbox, Sealer
from sync_agent.carry import Carrier
from sync_agent.composing import Identity as AgentIdentity
from sync_agent.config import TimingSettings
from sync_agent.courier import HttpCourier
from sync_agent.exchange import Exchange
from sync_agent.memory import Memory
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from sync_agent.memory_file import migrate
from sync_agent.outbox import Outbox
from sync_agent.ports import Reply
from sync_agent.state import State
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.herd import stations
from tests.fakes.virtual_station import SCHOOL, VirtualStation

_PATIENCE_S = 300.0


class _NoDownlink:
    def follow(self, roster: int | None, config: int | None) -> None:
        """Fetch nothing: a herd is about entries."""


class _CountingCourier(HttpCourier):
    """Notes when each message left and what came of it."""

    def __init__(self, server: str, station: str) -> None:
        super().__init__(server, station, "0.1.0")
        self.requests: list[tuple[float, int]] = []

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        at = time.monotonic()
        return self._counted(at, super().send_batch(message, idempotency_key))

    def register_epoch(self, message: bytes) -> Reply:
        at = time.monotonic()
        return self._counted(at, super().register_epoch(message))

    def _counted(self, at: float, reply: Reply) -> Reply:
        self.requests.append((at, reply.status))
        return reply


class _Member:
    """One station's folder; its agent begins anew with every rush, as after a power cut."""

    def __init__(self, folder: Path, station: VirtualStation, server: str, template: Path) -> None:
        self._station, self._server, self._folder = station, server, folder / station.name
        self._folder.mkdir()
        shutil.copyfile(template, self._folder / MEMORY_FILE)
        self._clock = SystemClock(boot=1)
        self._dice = random.Random(station.name)  # noqa: S311  repeatable, and nobody is to be kept out
        self._journal = Journal.open(
            self._folder / JOURNAL_FILE,
            Identity(station.name, SCHOOL, "0.1.0"),
            self._clock.reading(),
            lambda: self._dice.randrange(1, 2**63),
        )
        self.requests: Sequence[tuple[float, int]] = ()
        self.done_at = self.window_s = 0.0

    def tap(self, entries: int) -> None:
        """Journal some taps."""
        taps: list[tuple[Kind, Json]] = [
            (Kind.TAP, Tap(self._dice.randbytes(16), "k1", "nfc").payload()) for _ in range(entries)
        ]
        self._journal.append_all(taps, self._clock.reading())

    def come(self, start_at: float, *, is_spread: bool) -> None:
        """Be an agent until central has everything."""
        courier = _CountingCourier(self._server, self._station.name)
        memory = Memory.open(self._folder / MEMORY_FILE)
        pacing, wake = Pacing.of(TimingSettings()), threading.Event()
        self.window_s = pacing.window_s(memory.standing().window_s) if is_spread else 0.0
        wake.wait(max(0.0, start_at + self._dice.random() * self.window_s - time.monotonic()))
        agent = self._agent(courier, memory, pacing)
        while agent.state is not State.IDLE or agent.parts.outbox.backlog().entries:
            delay_s = agent.turn()
            if agent.state is not State.IDLE:
                wake.wait(delay_s)
        self.done_at, self.requests = time.monotonic(), courier.requests
        courier.close()
        memory.close()

    def _agent(self, courier: HttpCourier, memory: Memory, pacing: Pacing) -> Agent:
        reader, inbox = JournalReader(self._folder / JOURNAL_FILE), Inbox(self._folder)
        key, outbox = self._station.key, Outbox(reader, memory)
        identity = AgentIdentity(self._station.name, key, ACK_KEY.verify_key, "0.1.0")
        nonce = lambda: self._dice.randbytes(16)  # noqa: E731 (a port filled in where it is needed)
        parts = Parts(
            exchange=Exchange(identity, courier, outbox, memory, self._clock, nonce),
            outbox=outbox,
            memory=memory,
            inbox=inbox,
            sealer=Sealer(self._station.name, key, outbox, inbox),
            carrier=Carrier(reader, outbox, memory, inbox),
            downlink=_NoDownlink(),
            clock=self._clock,
            state_dir=self._folder,
        )
        return Agent(parts=parts, pacing=pacing, monotonic=time.monotonic, dice=self._dice.random)


def _live(folder: Path, server: str, mine: Sequence[VirtualStation], number: int) -> None:
    template = folder / f"template-{number}.sqlite"
    migrate(template)
    members = [_Member(folder, station, server, template) for station in mine]
    for line in sys.stdin:
        order = json.loads(line)
        for member in members:
            member.tap(order["entries"])
        print("ready", flush=True)  # noqa: T201  the parent reads it
        start_at = json.loads(sys.stdin.readline())["start_at"]
        threads = [
            threading.Thread(target=one.come, args=(start_at,), kwargs={"is_spread": order["is_spread"]})
            for one in members
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_PATIENCE_S)
        told = {
            "requests": [request for one in members for request in one.requests],
            "done": [one.done_at for one in members],
            "spread_s": max(one.window_s for one in members),
        }
        print(json.dumps(told), flush=True)  # noqa: T201  the parent reads it


if __name__ == "__main__":
    _folder, _server, _count, _number, _processes = sys.argv[1:]
    _all = stations(int(_count))
    _live(Path(_folder), _server, _all[int(_number) :: int(_processes)], int(_number))
