"""A release is tried on a real station: a bad one goes back by itself, and no tap that waits is lost."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from provisioning import release_check, release_folder, release_keys
from provisioning.board.update import environment, state
from provisioning.board.update.errors import UpdateError
from provisioning.board.update.layout import Layout
from provisioning.board.update.offer import Source
from provisioning.board.update.run import Updater
from provisioning.board.update.trial import Pace, Trial, look_at
from station.journal import FILE_NAME, JournalReader
from station.tap import Kind, decode
from sync_agent.release_platform import platform_name
from sync_agent.signing import SigningKey
from tests.fakes import wheelhouse
from tests.fakes.station_process import ROOT, Room

pytestmark = [pytest.mark.journey, pytest.mark.timeout(150)]

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)
CARDS = ("0a0b0c0d0e", "0102030405", "0f0e0d0c0b")
RUINED = {"station/run.py": b"import sys\n\nsys.exit('this release never was tried')\n"}
KEY = SigningKey.from_hex("07" * 32)


class Wall:
    """The time that passes by itself."""

    def seconds(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        threading.Event().wait(seconds)


@dataclass
class Services:
    """Station and agent as real processes of whatever release `current` names."""

    layout: Layout
    room: Room
    agent_config: Path
    agent: subprocess.Popen[bytes] | None = None
    begun: list[str] = field(default_factory=list)

    def begin(self, release: Path) -> None:
        self.end()
        self.begun.append(release.name)
        station = [
            str(self.layout.current / "bin/rollbook-station"),
            "run",
            "--config",
            str(self.room.config),
        ]
        self.room.process = subprocess.Popen(
            station, cwd=self.room.folder, stderr=subprocess.DEVNULL, text=True
        )
        agent = [str(self.layout.current / "bin/rollbook-sync"), "run", "--config", str(self.agent_config)]
        self.agent = subprocess.Popen(agent, stderr=subprocess.DEVNULL)

    def are_ready(self) -> bool:
        running = (self.room.process, self.agent)
        return all(each is not None and each.poll() is None for each in running)

    def end(self) -> None:
        for each in (self.room.process, self.agent):
            if each is not None:
                with suppress(ProcessLookupError):
                    each.terminate()
                each.wait(30)
        self.room.process = self.agent = None


@dataclass
class Board:
    """A station with release 0.1.0, its updater, and an office that signs others."""

    folder: Path
    wheels: Path

    def __post_init__(self) -> None:
        self.layout = Layout(self.folder / "root")
        self.room = Room(self.folder)
        self.room.state.mkdir()
        self.layout.station.parent.mkdir(parents=True)
        self.layout.station.symlink_to(self.room.state)
        agent_config = self.folder / "sync.toml"
        (self.folder / "server.pub").write_text(KEY.verify_key.public.hex(), encoding="ascii")
        (self.folder / "station.key").touch(mode=0o600)
        (self.folder / "station.key").write_text("07" * 32, encoding="ascii")
        agent_config.write_text(
            f'station = "st-r101"\nstate_dir = "{self.room.state}"\nserver = "http://127.0.0.1:9"\n'
            'server_key = "server.pub"\nconfig_key = "server.pub"\nsigning_key = "station.key"\n',
            encoding="utf-8",
        )
        self.services = Services(self.layout, self.room, agent_config)
        self.keys, self.releases = self.folder / "keys", self.folder / "releases"
        release_keys.make(self.keys, NOW)
        self.layout.trusted_root.parent.mkdir(parents=True)
        self.layout.trusted_root.write_bytes((self.keys / "root.json").read_bytes())
        self._install_first()

    def sign(self, version: str, changed: dict[str, bytes] | None = None) -> None:
        """Build another release of this checkout's code, changed or not, and sign it."""
        folder = self.folder / f"wheels-{version}"
        folder.mkdir()
        for file in self.wheels.glob("*.whl"):
            if not file.name.startswith("rollbook-"):
                (folder / file.name).hardlink_to(file)
        wheelhouse.rollbook(folder, version, changed)
        checked = release_check.check(folder, ROOT / "constraints", [platform_name()])
        assert checked.problems == []
        release_folder.add(self.releases, checked.parts, self.keys, NOW)

    def update(self, well_s: float) -> bool:
        """Let the updater run once."""
        pace = Pace(well_s=well_s, settled_s=0.1, offline_s=0.5, look_s=0.1, quiet_s=0)
        trial = Trial(self.layout, self.services, Wall(), partial(look_at, self.layout, None), pace)
        return Updater(self.layout, trial, NOW, partial(environment.build, is_compiled=False)).run(
            [Source(self.releases, None)]
        )

    def taps(self) -> list[bytes]:
        """Return the taps in the journal, as they were written."""
        journal = JournalReader(self.room.state / FILE_NAME)
        rows = [row.body for epoch in journal.epochs() for row in journal.rows(epoch, 0)]
        return [body for body in rows if decode(body).kind == Kind.TAP]

    def _install_first(self) -> None:
        """Put the first release there, as the installer does, started from this checkout."""
        programs = self.layout.release("0.1.0") / "bin"
        programs.mkdir(parents=True)
        for name, module in (("rollbook-station", "station.cli"), ("rollbook-sync", "sync_agent.cli")):
            command = f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m {module} "$@"\n'
            (programs / name).write_text(command, encoding="utf-8")
            (programs / name).chmod(0o755)
        (self.layout.release("0.1.0") / "complete").touch()
        self.layout.current.symlink_to("releases/0.1.0")

    def close(self) -> None:
        self.services.end()
        self.room.close()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    board = Board(tmp_path, wheelhouse.build(tmp_path / "wheels", ["station", "sync", "update"]))
    yield board
    board.close()


def test_a_bad_release_goes_back_by_itself_and_keeps_every_tap_that_waits_and_a_good_one_is_kept(
    board: Board,
) -> None:
    board.services.begin(board.layout.release("0.1.0"))
    _until_ready(board)
    for card in CARDS:
        board.room.tap(card)
    waiting = board.taps()
    assert len(waiting) == len(CARDS)

    board.sign("0.1.1", RUINED)
    assert not board.update(well_s=2)
    assert board.services.begun == ["0.1.0", "0.1.1", "0.1.1", "0.1.1", "0.1.0"]
    assert board.layout.current.resolve().name == "0.1.0"
    assert set(state.read(board.layout.own).refused) == {"0.1.1"}
    # Not one is gone, and the next is written behind them.
    _until_ready(board)
    assert board.taps() == waiting
    board.room.tap("0000000001")
    with pytest.raises(UpdateError, match="given up here"):
        board.update(well_s=2)

    board.sign("0.1.2")
    assert board.update(well_s=60)
    assert board.layout.current.resolve().name == "0.1.2"
    assert board.taps()[: len(waiting)] == waiting
    _until_ready(board)
    assert board.room.tap("0000000002")
    assert len(board.taps()) == len(waiting) + 2
    # The programs that answered were installed from the signed wheels, and from nothing else.
    arguments = Path(f"/proc/{_process(board).pid}/cmdline").read_bytes().split(b"\0")
    assert arguments[0].startswith(str(board.layout.releases / "0.1.2").encode())


def _process(board: Board) -> subprocess.Popen[str]:
    assert board.room.process is not None
    return board.room.process


def _until_ready(board: Board) -> None:
    wall = Wall()
    end = wall.seconds() + 30
    while not ((board.room.state / "status.json").exists() and board.room.is_ready):
        assert wall.seconds() < end
        wall.wait(0.05)
