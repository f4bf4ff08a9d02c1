"""How faults strike a simulated fleet: each at moments and places drawn for its own kind."""

import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from central.fleet.machine import Machine, World
from central.fleet.plan import DAY_MS, HOUR_MS, MINUTE_MS, Fault, Plan
from central.fleet.server import ServerMachine

_YEAR_MS: Final = 365 * DAY_MS
_LONGEST_OFF_MS: Final = 4 * MINUTE_MS
_STEPS: Final = 14
"""Within so many steps of its programs a cut machine falls."""


@dataclass(slots=True)
class Calamity:
    """Strikes a fleet as its plan says; `marked` are the stations of which there was more than one life.

    `count_losses` is told when a disk or the evidence has become another, of which stations'
    taps nobody may be left who knows (None: of any); `join` takes a new machine in.
    """

    plan: Plan
    world: World
    server: ServerMachine
    machines: list[Machine]
    folder: Path
    join: Callable[[Machine, Path], Machine]
    count_losses: Callable[[str | None], None]
    struck: dict[Fault, int] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)
    is_over: bool = False
    _images: int = 0

    def arrange(self, from_ms: int, until_ms: int) -> None:
        """Arrange every stroke of the run."""
        for fault, strike in self._strokes().items():
            dice = self.plan.dice("fault", fault)
            for _ in range(self.plan.times(fault, dice)):
                at_ms = dice.randrange(from_ms, until_ms)
                self.world.clockwork.at(at_ms, partial(self._strike, fault, strike, dice))

    def _strokes(self) -> Mapping[Fault, Callable[[random.Random], None]]:
        return {
            Fault.CUT: self._cut,
            Fault.REBOOT: self._reboot,
            Fault.KILL: self._kill,
            Fault.CLOCK: self._clock,
            Fault.DISK: self._disk,
            Fault.FORGET: self._forget,
            Fault.IMAGE: self._image,
            Fault.CLONE: self._clone,
            Fault.REVOKE: self._revoke,
            Fault.CRASH: self._crash,
            Fault.RESTORE: partial(self._restore, is_told=True),
            Fault.SILENT: partial(self._restore, is_told=False),
            Fault.PARTITION: self._part,
        }

    def _strike(self, fault: Fault, strike: Callable[[random.Random], None], dice: random.Random) -> None:
        if self.is_over:
            return
        self.struck[fault] = self.struck.get(fault, 0) + 1
        strike(dice)

    def _one(self, dice: random.Random) -> Machine:
        return dice.choice(self.machines)

    def _again(self, machine: Machine, dice: random.Random) -> None:
        self.world.clockwork.after(dice.randrange(_LONGEST_OFF_MS), machine.power_on)

    def _cut(self, dice: random.Random) -> None:
        machine = self._one(dice)
        if dice.random() < 0.3:  # noqa: PLR2004  a share of cuts that hit no program at work
            machine.cut()
            self._again(machine, dice)
            return
        machine.board.fuse.left = dice.randrange(_STEPS)
        self.world.clockwork.after(dice.randrange(30_000, 90_000), machine.cut)
        self.world.clockwork.after(90_000 + dice.randrange(_LONGEST_OFF_MS), machine.power_on)

    def _reboot(self, dice: random.Random) -> None:
        machine = self._one(dice)
        machine.power_off()
        self._again(machine, dice)

    def _kill(self, dice: random.Random) -> None:
        self._one(dice).start_agent()

    def _clock(self, dice: random.Random) -> None:
        board = self._one(dice).board
        now_ms = self.world.clockwork.now_ms
        board.is_synchronised = False
        board.stuck_at_ms = now_ms if dice.random() < 0.2 else None  # noqa: PLR2004  some stand still
        far_ms = (-now_ms, 5 * _YEAR_MS, 2 * HOUR_MS, -2 * HOUR_MS, -70 * DAY_MS, 70 * DAY_MS, 0)
        board.offset_ms = dice.choice(far_ms)

    def _disk(self, dice: random.Random) -> None:
        machine = self._one(dice)
        machine.disk.refuses = True
        self.world.clockwork.after(dice.randrange(10_000, 5 * MINUTE_MS), partial(_mend, machine))

    def _forget(self, dice: random.Random) -> None:
        machine = self._one(dice)
        machine.cut()
        self.marked.add(machine.identity.station)
        for file in sorted(machine.board.folder.glob("agent.sqlite*")):
            file.unlink()
        self._again(machine, dice)

    def _image(self, dice: random.Random) -> None:
        """Take an image now and put it back later; the agent's database may be spared."""
        machine = self._one(dice)
        machine.cut()
        image = self._copy(machine)
        self._again(machine, dice)
        keeps_memory = dice.random() < 0.3  # noqa: PLR2004  a share
        back_ms = dice.randrange(10 * MINUTE_MS)
        put = partial(self._put_back, machine, image, dice, keeps_memory)
        self.world.clockwork.after(back_ms, put)

    def _put_back(self, machine: Machine, image: Path, dice: random.Random, keeps_memory: bool) -> None:  # noqa: FBT001  arranged by partial
        if self.is_over:
            return
        machine.cut()
        self.marked.add(machine.identity.station)
        machine.replace_disk(image, keeps_memory=keeps_memory)
        self.count_losses(machine.identity.station)
        self._again(machine, dice)

    def _clone(self, dice: random.Random) -> None:
        """Copy a disk into a second machine; both live from then on."""
        machine = self._one(dice)
        machine.cut()
        self.marked.add(machine.identity.station)
        clone = self.join(machine, self._copy(machine))
        self._again(machine, dice)
        self._again(clone, dice)

    def _copy(self, machine: Machine) -> Path:
        self._images += 1
        image = self.folder / f"image-{self._images}"
        shutil.copytree(machine.board.folder, image)
        return image

    def _revoke(self, dice: random.Random) -> None:
        station = self._one(dice).identity.station
        self.world.clockwork.note(station, "revoked")
        self.server.central.revoke(station)

    def _crash(self, dice: random.Random) -> None:
        self.server.steps_to_crash = dice.randrange(6)

    def _restore(self, dice: random.Random, *, is_told: bool) -> None:
        if not self.server.is_up or not self.server.backups:
            return
        backup = dice.choice(self.server.backups)

        def change() -> None:
            self.server.central.restore(backup, is_told=is_told)
            self.count_losses(None)

        self.server.crash(dice.randrange(1_000, 5 * MINUTE_MS), change)

    def _part(self, dice: random.Random) -> None:
        """Take the network from a few, or from all."""
        share = dice.choice((0.3, 0.6, 1.0))
        parted = {one.name for one in self.machines if dice.random() < share}
        self.world.network.parted |= parted
        most_ms = 20 * MINUTE_MS if self.plan.scale.is_short else 8 * HOUR_MS
        again = partial(self.world.network.parted.difference_update, parted)
        self.world.clockwork.after(dice.randrange(MINUTE_MS, most_ms), again)


def _mend(machine: Machine) -> None:
    machine.disk.refuses = False
