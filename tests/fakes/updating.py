"""A board on which releases are tried in a moment: time is moved by hand, services say what they are told."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from provisioning.board.update import environment, state
from provisioning.board.update.layout import Layout
from provisioning.board.update.offer import Source
from provisioning.board.update.run import Updater
from provisioning.board.update.state import State
from provisioning.board.update.trial import Journal, Trial
from station.durable import place
from tests.fakes.releases import BUILT_AT, Office

WELL = "well"
DEAD = "dead"
"""Its services never become ready."""
MUTE = "mute"
"""They say that they are ready and nothing else."""
BLIND = "blind"
"""Its station loses the reader."""
LONELY = "lonely"
"""Its agent finds no central."""


@dataclass(slots=True)
class Services:
    """Station and agent of a board; `ways` says how each release behaves, well where it says nothing."""

    layout: Layout
    ways: Mapping[str, str] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    on_begin: Callable[[str], object] = lambda release: release
    _running: str = ""
    _writings: int = 0

    def begin(self, release: Path) -> None:
        """Have station and agent write how they are, as they do when they begin."""
        self._running = release.name
        self.begun.append(release.name)
        self.on_begin(release.name)
        way = self.ways.get(release.name, WELL)
        if way in {DEAD, MUTE}:
            return
        reader = {"state": "lost" if way == BLIND else "ready", "resets": 0, "since_ms": 0}
        self._say("status.json", {"sw": release.name, "readers": {"nfc": reader}})
        self._say("sync-status.json", {"state": "OFFLINE" if way == LONELY else "IDLE"})

    def are_ready(self) -> bool:
        """Say whether both told that they are ready."""
        return self.ways.get(self._running, WELL) != DEAD

    def _say(self, name: str, told: object) -> None:
        self._writings += 1
        file = self.layout.station / name
        draft = file.with_suffix(f".{self._writings}")
        draft.write_text(json.dumps(told), encoding="utf-8")
        # Two writings of one moment are told apart by their times, as a disk's clock would.
        os.utime(draft, ns=(self._writings, self._writings))
        draft.replace(file)


@dataclass(slots=True)
class HandTime:
    """Time that passes only where it is waited for."""

    now_s: float = 0.0

    def seconds(self) -> float:
        """Return what has passed."""
        return self.now_s

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds


class Rehearsal:
    """A station at a release, an office that signs others, and the updater between them.

    A folder that holds a board already is gone on with.
    """

    def __init__(self, folder: Path, office: Office, at: str = "1.0.0") -> None:
        self.layout = Layout(folder)
        self.office = office
        self.services = Services(self.layout)
        self.time = HandTime()
        self.journal = Journal(None, 3_600)
        if not self.layout.current.is_symlink():
            self._lay_out(at)
        self.services.begin(self.layout.current.resolve())

    def _lay_out(self, at: str) -> None:
        for each in (self.layout.releases, self.layout.handed_over, self.layout.trusted_root.parent):
            each.mkdir(parents=True)
        self.layout.trusted_root.write_bytes(self.office.root)
        build(self.layout, at, self.layout.root, {})
        self.layout.current.symlink_to(f"releases/{at}")

    @property
    def noted(self) -> State:
        """What the board noted of its updates."""
        return state.read(self.layout.own)

    @property
    def current(self) -> str:
        """The release that would run after a start."""
        return self.layout.current.resolve(strict=True).name

    def want(self, version: str) -> None:
        """Have the agent hand over what central names."""
        target = self.layout.handed_over / "release"
        if not target.is_symlink():
            target.symlink_to(self.office.folder)
        place(self.layout.handed_over / "wanted.json", json.dumps({"version": version}).encode())

    def update(self, now: datetime | None = BUILT_AT, folder: Path | None = None) -> bool:
        """Let the updater run once."""
        trial = Trial(self.layout, self.services, self.time, lambda: self.journal)
        updater = Updater(self.layout, trial, now, build)
        return updater.run([Source(folder, None)] if folder else None)


def build(layout: Layout, version: str, _wheels: Path, digests: Mapping[str, str]) -> None:
    """Put an environment there that is complete, as far as anybody looks."""
    home = layout.release(version)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    (home / "wheels").write_text(json.dumps(dict(digests)), encoding="utf-8")
    place(home / environment.COMPLETE, b"")
