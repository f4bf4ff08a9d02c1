"""The protocol in a nutshell: copies of one station, one central and a bad line, one step at a time."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from central.fleet.central import Backup, CentralInProcess
from central.fleet.clockwork import Clockwork
from central.fleet.held import Held
from central.fleet.witness import Witness
from central.intake.judge import Terms
from station.clock import instant
from sync_agent import wire
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from tests.fakes.bad_line import BadLine
from tests.fakes.copies import KEY, STATION, Around, Copy, copy_storage, forget_memory

BEGIN_MS = 1_795_190_462_101
MOST_COPIES = 3
MOST_KEPT = 3

_MEMORY = Path("/dev/shm")  # noqa: S108 (Linux's folder in memory)
_ALARMS = ("fork", "rollback", "clone", "broken-chain")
_MOST_PASSES = 40


class SmallCentral(CentralInProcess):
    """A central that may ask for small batches."""

    most = wire.MAX_ENTRIES

    @property
    def term(self) -> int:
        """Return how many lives its store has had."""
        return self._signer.term

    def _terms(self) -> Terms:
        terms = super()._terms()
        return replace(terms, pace=replace(terms.pace, max_entries=self.most))


class Trial:
    """Everything that can befall a station and its central; all that is random comes from one seed.

    `causes` counts what may cost one new epoch and one alarm: a copy, an image put back, a memory lost,
    and for each copy a central restored behind its back, or one that hears an old request first.
    """

    def __init__(self, most: int = wire.MAX_ENTRIES, seed: int = 7) -> None:
        shared = _MEMORY if os.access(_MEMORY, os.W_OK) else None
        self.root = Path(tempfile.mkdtemp(prefix="rollbook-", dir=shared))
        dice = random.Random(seed)  # noqa: S311 (repeatable, and nobody is to be kept out)
        self.clockwork = Clockwork(BEGIN_MS)
        self.witness = Witness(self.clockwork)
        self.central = SmallCentral(self.root / "central", lambda: instant(self.clockwork.now_ms), dice)
        self.central.most = most
        self.central.commission(STATION, KEY.verify_key)
        # A central that has heard nobody yet has no file to look into.
        self.central.carry_out([])
        self.line = BadLine(self.central.ask)
        self.around = Around(self.clockwork, self.witness, dice, self.central.key, self.line.ask)
        self.born: dict[int, bytes] = {}
        self.images: list[Path] = []
        self.backups: list[Backup] = []
        self.causes = self.restores = self._numbers = 0
        self.is_stale = False
        self._only_there: set[bytes] = set()
        self.copies = [Copy(self.around, self._folder(), self.born)]

    def tap(self, which: int = 0, count: int = 1) -> None:
        """Let students tap at one copy."""
        for _ in range(count):
            self.clockwork.now_ms += 700
            self._numbers += 1
            self.pick(which).tap(f"{self._numbers:014x}")

    def look(self, which: int = 0) -> None:
        """Let the station take what its agent laid down."""
        self.clockwork.now_ms += 300
        self.pick(which).look()

    def talk(self, which: int = 0, fault: str = "none") -> None:
        """Let the agent take one turn, in which this befalls what is said."""
        self.clockwork.now_ms += 300
        self.line.fault = fault
        self.pick(which).turn()
        self.line.fault = "none"

    def sync(self, which: int = 0) -> None:
        """Let both programs of a copy work until nothing is left to do."""
        copy = self.pick(which)
        for _ in range(_MOST_PASSES):
            copy.work()
            if copy.is_done():
                return
        raise AssertionError(copy.state())

    def cut(self, which: int = 0, steps: int = 0) -> None:
        """Let the power of one board go after so many steps of its programs."""
        self.pick(which).board.fuse.left = steps

    def image(self, which: int = 0) -> None:
        """Copy the storage of a board, which is off meanwhile."""
        target = self._folder()
        self._switched_off(self.pick(which), lambda folder: copy_storage(folder, target))
        self.images.append(target)

    def put_back(
        self, which: int = 0, image: int = -1, *, keeps_memory: bool = False, early_turns: int = 0
    ) -> None:
        """Put an image in the place of a board's storage, or of its journal alone.

        Its agent takes `early_turns` before the station has journalled anything.
        """
        self.causes += 1
        copy, source = self.pick(which), self.images[image % len(self.images)]
        had = copy.taps()
        self._switched_off(copy, partial(_overwrite, source, keeps_memory), early_turns)
        gone = had.difference(*(one.taps() for one in self.copies))
        self.witness.lost(gone)
        self._only_there |= gone & set(self.held().taps)

    def clone(self, which: int = 0, early_turns: int = 0) -> None:
        """Copy a board's storage into another board; both live on."""
        self.causes += 1
        target = self._folder()
        self._switched_off(self.pick(which), lambda folder: copy_storage(folder, target))
        self.copies.append(Copy(self.around, target, self.born, early_turns))

    def forget(self, which: int = 0) -> None:
        """Lose the agent's database."""
        self.causes += 1
        self._switched_off(self.pick(which), forget_memory)

    def back_up(self) -> None:
        """Copy the evidence."""
        self.backups.append(self.central.backup())

    def restore(self, which: int = -1, *, is_told: bool = True) -> None:
        """Put a backup back, by the command or behind everybody's back."""
        self.central.restore(self.backups[which % len(self.backups)], is_told=is_told)
        self.restores += 1
        self.is_stale = False
        if not is_told:
            self.causes += len(self.copies)
        self._only_there &= set(self.held().taps)

    def come_late(self, which: int) -> None:
        """Let a request that was sent once arrive again, or after all."""
        if self.restores and not self.is_stale:
            # A restored central takes the ratchet on trust once; an old request may use that up.
            self.is_stale = True
            self.causes += len(self.copies)
        self.line.late(which)

    def settle(self) -> None:
        """Let everybody work in peace until nothing is left to do, and hold the end against the rules."""
        quiet = passes = 0
        while quiet < 2:
            for copy in self.copies:
                copy.board.fuse.left = None
                copy.work()
            quiet = quiet + 1 if all(copy.is_done() for copy in self.copies) else 0
            passes += 1
            assert passes < _MOST_PASSES, [copy.state() for copy in self.copies]
        self.verify()

    def verify(self) -> None:
        """Fail unless everything is where it belongs."""
        there = self.held()
        taps = set(there.taps)
        newest = [copy.epochs()[-1] for copy in self.copies]
        assert len(set(newest)) == len(newest), "two living copies share an epoch"
        for copy in self.copies:
            assert copy.taps() <= taps, "a tap that is on a disk is not at central"
        assert self._only_there <= taps, "central lost what it alone had"
        assert set(self.witness.green) - self.witness.gone <= taps, "a green tap was lost"
        assert self.central.term <= 1 + self.restores, "central lost evidence though nobody restored it"
        assert there.first.keys() <= self.witness.written.keys(), "nobody wrote that"
        assert {epoch for _, epoch in self.central.heads()} <= set(self.born), "nobody began that epoch"
        assert len(self.born) <= 1 + self.causes, f"{len(self.born)} epochs of {self.causes} causes"
        self.verify_alarms()
        if not self.causes:
            assert set(there.taps.values()) <= {1}, "a tap was carried without a cause"

    def verify_alarms(self) -> None:
        """Fail if central has alarmed somebody more often than there was a cause."""
        found = self.alarms()
        assert self.is_stale or len(found) <= self.causes, f"{found} of {self.causes} causes"

    def alarms(self) -> list[str]:
        """Return the reasons for which something was set aside."""
        rows = self.central.ask_evidence("SELECT reason FROM quarantine")
        return [reason for (reason,) in rows if reason in _ALARMS]

    def held(self) -> Held:
        """Return what central holds; every chain is verified."""
        found = Held(self.central)
        found.look()
        return found

    def pick(self, which: int) -> Copy:
        """Return one of the living copies."""
        return self.copies[which % len(self.copies)]

    def close(self) -> None:
        """Let go of everything and take it away."""
        for copy in self.copies:
            copy.close()
        self.central.close()
        shutil.rmtree(self.root)

    def _switched_off(self, copy: Copy, change: Callable[[Path], None], early_turns: int = 0) -> None:
        copy.close()
        change(copy.folder)
        copy.begin(early_turns)

    def _folder(self) -> Path:
        self._numbers += 1
        return self.root / f"storage-{self._numbers}"


def _overwrite(image: Path, keeps_memory: bool, folder: Path) -> None:  # noqa: FBT001 (bound by name of use)
    kept = (folder / MEMORY_FILE).read_bytes() if keeps_memory else None
    shutil.rmtree(folder)
    copy_storage(image, folder)
    if kept is not None:
        forget_memory(folder)
        (folder / MEMORY_FILE).write_bytes(kept)
