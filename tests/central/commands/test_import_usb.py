"""A station without a network: from its journal by stick to the server, receipts back, and later the line."""

import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import pytest

from central.config import CentralConfig
from central.errors import InputError, UnavailableError
from central.intake.lock import Lock
from central.serving.intake_door import Answered, door
from central.serving.stick import RECEIPT_ENDING, bring, files
from station.clock import HandClock
from station.journal import FILE_NAME, Identity, Journal
from station.tap import Kind, Tap
from sync_agent.signing import SigningKey
from tests.central.intake.test_usb import carried
from tests.fakes.central_process import Installation, Ran
from tests.fakes.data_folder import lay_out, rows
from tests.fakes.virtual_station import VirtualStation

NOW = datetime(2026, 11, 20, 16, tzinfo=UTC)
Alone: TypeAlias = tuple[CentralConfig, VirtualStation, Path]


def never(seconds: float) -> None:
    pytest.fail(f"asked to wait {seconds} s")


class Room:
    """A station's folder with a real journal and the real agent's commands, and no network."""

    def __init__(self, folder: Path, central: Installation) -> None:
        self.folder, self.stick = folder / "room", folder / "stick"
        self.folder.mkdir()
        self.stick.mkdir()
        self.clock = HandClock()
        seed = secrets.token_bytes(32)
        self.public = SigningKey(seed).verify_key.public.hex()
        (self.folder / "station.key").write_text(seed.hex())
        (self.folder / "station.key").chmod(0o600)
        for name in ("server-ack.pub", "server-config.pub"):
            (self.folder / name).write_bytes((central.data / "keys" / name).read_bytes())
        self.journal = Journal.open(
            self.folder / FILE_NAME,
            Identity("st-r101", "34000000123456", "0.1.0"),
            self.clock.reading(),
            lambda: secrets.randbelow(2**63 - 1) + 1,
        )
        self.point_at("http://127.0.0.1:9")

    def point_at(self, server: str) -> None:
        """Write where the agent finds central."""
        (self.folder / "sync.toml").write_text(
            f'station = "st-r101"\nstate_dir = "."\nserver = "{server}"\nserver_key = "server-ack.pub"\n'
            'config_key = "server-config.pub"\nsigning_key = "station.key"\n'
        )

    def tap(self, count: int) -> None:
        """Journal some taps."""
        for _ in range(count):
            self.clock.advance(1_000)
            payload = Tap(secrets.token_bytes(16), "k1", "nfc").payload()
            self.journal.append(Kind.TAP, payload, self.clock.reading())

    def sync(self, *arguments: str | Path) -> Ran:
        """Run a command of the agent."""
        command = [sys.executable, "-m", "sync_agent.cli", *map(str, arguments)]
        command += ["--config", str(self.folder / "sync.toml")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def room(tmp_path: Path, installation: Installation) -> Iterator[Room]:
    room = Room(tmp_path, installation)
    yield room
    room.journal.close()


@pytest.mark.journey
@pytest.mark.invariant(9, 15, 18)
def test_an_offline_school_brings_its_taps_by_stick_and_goes_online_later(
    room: Room, installation: Installation
) -> None:
    made = installation.run("commission", "st-r101", "--room", "R1", "--new-room", "--key", room.public)
    assert made.code == 0, made.err
    room.tap(700)
    assert room.sync("once").code == 69
    written = room.sync("export-usb", room.stick)
    assert (written.code, written.out.splitlines()[-1][:23]) == (0, "701 entries in 3 files,")
    with installation.serve("--port", "0", "--station-port", "0") as serving:
        url = serving.url("hearing stations on ")
        bring_it = ("import-usb", room.stick, "--station-port", str(urlsplit(url).port))
        brought = installation.run(*bring_it)
        assert brought.code == 0, brought.err
        assert f"st-r101 epoch {room.journal.head.epoch}: entries 1 to 701 came in" in brought.out
        back = room.sync("import-usb", room.stick)
        assert (back.code, back.out.splitlines()[-1]) == (0, "0 entries wait for central"), back.err
        room.tap(3)
        room.point_at(url)
        drained = room.sync("once")
        assert drained.code == 0, drained.err
    evidence = CentralConfig(data_dir=str(installation.data))
    assert rows(evidence, "SELECT seq FROM station_head") == [(704,)]
    assert rows(evidence, "SELECT count(*) FROM quarantine") == [(0,)]


@pytest.fixture
def alone(tmp_path: Path) -> Alone:
    """Return a central that does not run, a station in use there, and a stick with its files."""
    station, stick = VirtualStation(), tmp_path / "stick"
    stick.mkdir()
    station.tap()
    (stick / "a-000-epoch.rollbook").write_bytes(station.registration().body)
    (stick / "a-001.rollbook").write_bytes(carried(station))
    (stick / ".a-002.rollbook").write_bytes(b"half of a file")
    return lay_out(tmp_path / "central", [station]), station, stick


def test_where_no_server_runs_the_command_takes_the_files_in_itself_and_a_second_time_changes_nothing(
    alone: Alone,
) -> None:
    config, station, stick = alone
    kept = []
    for later in (timedelta(), timedelta(days=1)):
        with door(config, partial(NOW.__add__, later), []) as hand:
            brought = bring(files([stick]), hand, never)
        assert (brought.taken, brought.findings) == (2, [])
        kept.append([file.read_bytes() for file in sorted(stick.glob(f"*{RECEIPT_ENDING}"))])
    assert kept[0] == kept[1]
    assert len(kept[0]) == 2
    assert rows(config, "SELECT seq FROM station_head") == [(station.head.seq,)]
    Lock(config.data / "evidence.lock").release()


def test_a_server_that_runs_elsewhere_is_not_worked_around(
    alone: Alone,
) -> None:
    config, _, _ = alone
    lock = Lock(config.data / "evidence.lock")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        way = door(config, lambda: NOW, [taken.getsockname()[1]])
        with pytest.raises(UnavailableError, match="--station-port"):
            way.__enter__()
    lock.release()


def test_what_is_not_taken_is_said_in_words_that_help(
    alone: Alone,
) -> None:
    config, station, stick = alone
    (stick / "a-000-epoch.rollbook").unlink()
    (stick / "b.rollbook").write_bytes(b"a holiday picture")
    (stick / "c.rollbook").write_bytes(VirtualStation("st-r999").registration().body)
    with door(config, lambda: NOW, []) as hand:
        brought = bring(files([stick]), hand, never)
    assert brought.taken == 0
    assert [line.split(":")[0] for line in brought.findings] == ["a-001.rollbook", "b.rollbook", "c.rollbook"]
    assert "bring the file that ends in -epoch.rollbook" in brought.findings[0]
    assert "malformed" in brought.findings[1]
    assert "commission it first" in brought.findings[2]
    assert not list(stick.glob(f"*{RECEIPT_ENDING}"))
    assert station.name not in "".join(brought.findings)


def test_a_busy_intake_is_given_time_and_then_left_for_later(tmp_path: Path) -> None:
    file = tmp_path / "a.rollbook"
    file.write_bytes(b"x")
    waits: list[float] = []
    answers = iter([Answered(503, b"", 5.0), Answered(503, b"", 2.0), Answered(200, b"{}")])
    assert bring([file], lambda _: next(answers), waits.append).taken == 1
    assert waits == [5.0, 2.0]
    with pytest.raises(UnavailableError, match="later"):
        bring([file], lambda _: Answered(503, b"", 1.0), waits.append)


def test_a_path_with_nothing_for_central_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as refused:
        files([tmp_path / "empty", tmp_path / "gone"])
    assert [problem.split(" ")[0] for problem in refused.value.problems] == [
        str(tmp_path / "empty"),
        str(tmp_path / "gone"),
    ]
