"""A whole fleet: made, struck by faults, healed, and left to itself until it is quiet."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from central.fleet import timetable
from central.fleet.agent_program import make_template
from central.fleet.board import Board
from central.fleet.central import SCHOOL, CentralInProcess
from central.fleet.clockwork import Clockwork
from central.fleet.faults import Calamity
from central.fleet.held import Held, unfolded
from central.fleet.invariants import Broken, Invariant
from central.fleet.machine import Machine, World
from central.fleet.network import Network, Weather
from central.fleet.plan import HOUR_MS, MINUTE_MS, Plan
from central.fleet.server import ServerMachine
from central.fleet.station_program import SW
from central.fleet.witness import Witness
from station import chain
from station.clock import instant
from station.journal import FILE_NAME, JournalReader
from sync_agent.composing import Identity
from sync_agent.signing import SigningKey

QUIET_WITHIN_MS: Final = 13 * HOUR_MS
"""Twice over, a station that was refused wrongly asks again within this time."""
_LOOK_MS: Final = MINUTE_MS
_ACKS: Final = 2
_MOST_BACKUPS: Final = 3
_MOST_EXCHANGES: Final = 500
_MOST_DRIFT_PPM: Final = 100
_SERVER_OFF_MS: Final = 40


@dataclass(slots=True)
class Fleet:
    """The stations, central between them and the network, and what the witness saw of it all."""

    plan: Plan
    folder: Path
    clockwork: Clockwork = field(init=False)
    central: CentralInProcess = field(init=False)
    server: ServerMachine = field(init=False)
    world: World = field(init=False)
    calamity: Calamity = field(init=False)
    machines: list[Machine] = field(default_factory=list)
    held: Held = field(init=False)
    _timetable: timetable.Timetable = field(init=False)

    def __post_init__(self) -> None:
        plan = self.plan
        self.clockwork = Clockwork(timetable.start_ms(plan.scale))
        off_ms = plan.dice("server's clock").randrange(-_SERVER_OFF_MS, _SERVER_OFF_MS)
        self.central = CentralInProcess(
            self.folder / "central",
            lambda: instant(self.clockwork.now_ms + off_ms),
            plan.dice("central"),
            plan.scale.poll_s,
        )
        self.server = ServerMachine(self.clockwork, self.central, plan.dice("server"))
        network = Network(self.clockwork, self.server, plan.dice("network"))
        network.weather = Weather.of(plan, plan.dice("weather"))
        self.world = World(self.clockwork, network, Witness(self.clockwork), make_template(self.folder))
        self.held = Held(self.central)
        self._timetable = timetable.Timetable(plan.scale, self.clockwork)
        for number in range(plan.scale.stations):
            self._found(f"st-{number:03}")
        self.calamity = Calamity(
            plan=plan,
            world=self.world,
            server=self.server,
            machines=self.machines,
            folder=self.folder,
            join=self._join,
            count_losses=self.count_losses,
        )

    def run(self) -> None:
        """Let the run's time pass with all its faults, then heal everything and wait until it is quiet.

        Raises Broken.
        """
        begin_ms, end_ms = self.clockwork.now_ms, timetable.end_ms(self.plan.scale)
        for machine in self.machines:
            self._timetable.arrange(machine, self.plan.dice("taps", machine.name))
        self.calamity.arrange(begin_ms, end_ms)
        self._back_up(end_ms)
        self.clockwork.run_until(end_ms)
        self._heal()
        self._quieten()

    def living(self) -> list[Machine]:
        """Return the machines whose stations central believes."""
        return [one for one in self.machines if not self.central.is_revoked(one.identity.station)]

    def leaves_on(self, machines: Iterable[Machine]) -> set[bytes]:
        """Return the leaf of every entry on some machines' disks, carried ones as what they carry."""
        found = set[bytes]()
        for machine in machines:
            reader = JournalReader(machine.board.folder / FILE_NAME)
            for epoch in reader.epochs():
                last = 0
                while rows := reader.rows(epoch, last):
                    found.update(chain.leaf(one) for row in rows for one in unfolded(row.body))
                    last = rows[-1].seq
        return found

    def count_losses(self, station: str | None) -> None:
        """Find the green taps that neither a disk nor central holds any more."""
        if station is None:
            self.held.forget()
        self.held.look()
        concerned = [one for one in self.machines if station in {None, one.identity.station}]
        names = {one.name for one in concerned}
        kept = self.leaves_on(concerned)
        green = self.world.witness.green.items()
        asked = [leaf for leaf, name in green if name in names]
        self.world.witness.lost(leaf for leaf in asked if leaf not in kept and leaf not in self.held.taps)

    def close(self) -> None:
        """Let go of every file."""
        for machine in self.machines:
            machine.close()
        self.central.close()

    def _found(self, name: str) -> None:
        key = SigningKey(hashlib.sha256(f"{self.plan.seed}/key of {name}".encode()).digest())
        self.central.commission(name, key.verify_key)
        identity = Identity(name, key, self.central.key, SW)
        self._add(name, identity, lambda folder: folder.mkdir(mode=0o700))

    def _join(self, original: Machine, image: Path) -> Machine:
        name = f"{original.name}'"
        clone = self._add(name, original.identity, lambda folder: _adopt(image, folder))
        self._timetable.arrange(clone, self.plan.dice("taps", name, len(self.machines)))
        return clone

    def _add(self, name: str, identity: Identity, prepare: Callable[[Path], object]) -> Machine:
        dice = self.plan.dice("machine", name, len(self.machines))
        folder = self.folder / f"{len(self.machines)}-{identity.station}"
        prepare(folder)
        board = Board(
            name=name,
            folder=folder,
            clockwork=self.clockwork,
            dice=dice,
            drift_ppm=dice.randint(-_MOST_DRIFT_PPM, _MOST_DRIFT_PPM),
            offset_ms=dice.randrange(-200, 200),
        )
        machine = Machine(self.world, board, identity, SCHOOL)
        self.machines.append(machine)
        return machine

    def _back_up(self, end_ms: int) -> None:
        is_short = self.plan.scale.is_short
        every_ms = self.plan.scale.minutes * MINUTE_MS // 5 if is_short else 4 * 24 * HOUR_MS
        if self.server.is_up:
            self.server.backups.append(self.central.backup())
        if len(self.server.backups) > _MOST_BACKUPS:
            self.server.backups.pop(0).path.unlink()
        if self.clockwork.now_ms + every_ms < end_ms:
            self.clockwork.after(every_ms, partial(self._back_up, end_ms))

    def _heal(self) -> None:
        self.calamity.is_over = True
        self.world.network.heal()
        self.server.steps_to_crash = None
        self.clockwork.note("fleet", "healed")
        for machine in self.machines:
            machine.board.fuse.left = None
            machine.disk.refuses = False
            machine.power_on()

    def _quieten(self) -> None:
        """Let time pass until nothing waits anywhere and everybody was acknowledged twice."""
        until_ms, network = self.clockwork.now_ms + QUIET_WITHIN_MS, self.world.network
        enough = {one.name: network.acked[one.name] + _ACKS for one in self.machines}
        most = network.carried + _MOST_EXCHANGES * len(self.machines)
        while self.clockwork.now_ms < until_ms and network.carried < most:
            self.clockwork.run_until(self.clockwork.now_ms + _LOOK_MS)
            waiting = [one for one in self.living() if not self._is_quiet(one, enough[one.name])]
            if not waiting:
                return
        for machine in waiting:
            outbox = machine.agent.agent.parts.outbox if machine.agent is not None else None
            left = "off" if outbox is None else outbox.backlog()
            raise Broken(Invariant.DRAINED, machine.name, f"not quiet in time: {left}")

    def _is_quiet(self, machine: Machine, enough: int) -> bool:
        if machine.agent is None or self.world.network.acked[machine.name] < enough:
            return False
        files = [*(machine.board.folder / "inbox").glob("*.json")]
        if any(not file.name.endswith(("-beacon.json", "-seal.json")) for file in files):
            return False
        parts = machine.agent.agent.parts
        return parts.memory.standing().attempt == 0 and not parts.outbox.has_news()


def _adopt(image: Path, folder: Path) -> None:
    image.rename(folder)
