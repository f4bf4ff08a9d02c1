"""The command as a person and as systemd use it: real processes, a real server on 127.0.0.1."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from station.boot import boot_id_of
from station.clock import SystemClock
from station.inbox import Inbox as StationInbox
from station.journal import Identity, Journal
from station.tap import Json, Kind, Tap
from sync_agent import cli
from sync_agent.memory import Memory
from sync_agent.signing import SigningKey
from sync_agent.standing import Peer, Standing
from tests.fakes.central_rules import STATION, CentralRules
from tests.fakes.central_stub import CentralStub, serving
from tests.fakes.sync_agent import SCHOOL, STATION_KEY, write_settings
from tests.sync_agent.test_roster_way import roster

QUICK = (
    "[timing]\npoll_s = 0.2\nlinger_s = 0.05\nbackoff_s = 0.05\nlongest_backoff_s = 0.2\nreconnect_s = 0\n"
)
PATIENCE_S = 20.0
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Give the log back as it was: a command sets it up for its process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def stub() -> Iterator[CentralStub]:
    with serving(CentralRules(STATION_KEY.verify_key)) as stub:
        yield stub


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    reading = SystemClock(1).reading()
    journal = Journal.open(
        tmp_path / "journal.sqlite", Identity(STATION, SCHOOL, "0.1.0"), reading, lambda: 7**20
    )
    yield journal
    journal.close()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[socket.socket]:
    """What systemd would hear."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(PATIENCE_S)
        yield ear


def tap(journal: Journal, count: int = 1) -> None:
    reading = SystemClock(1).reading()
    journal.append_all([(Kind.TAP, Tap(bytes(16), "k1", "nfc").payload())] * count, reading)


def agent(*arguments: str, **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sync_agent.cli", *arguments]
    return subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env={**os.environ, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, err


def eventually(is_so: Callable[[], bool], stub: CentralStub) -> bool:
    """Wait from one request to the next until it is so, or patience runs out."""
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > until:
            return False
        stub.answered.acquire(timeout=1.0)
    return True


@pytest.mark.journey
def test_the_agent_runs_delivers_survives_a_kill_and_stops_when_told(
    tmp_path: Path, stub: CentralStub, journal: Journal, supervisor: socket.socket
) -> None:
    stub.rules.roster_text = roster(4)
    config = str(write_settings(tmp_path, stub.url, QUICK))
    begun: Json = {"boot_id": boot_id_of(), "sw": "0.1.0", "clean": True}
    journal.append_all([(Kind.BOOT, begun)], SystemClock(1).reading())
    tap(journal, 3)
    epoch = journal.head.epoch

    def arrived() -> bool:
        held = stub.rules.state.epochs.get(epoch)
        return held is not None and len(held.rows) == journal.head.seq

    first = agent("run", "--config", config, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="9000000")
    try:
        assert supervisor.recv(100) == b"READY=1"
        assert supervisor.recv(100) == b"WATCHDOG=1"
        assert eventually(arrived, stub)
        assert eventually((tmp_path / "roster.json").exists, stub)
    finally:
        first.kill()
        first.communicate(timeout=PATIENCE_S)
    tap(journal, 700)
    kinds = StationInbox(tmp_path / "inbox").take(journal, SystemClock(1).reading())
    assert Kind.BEACON in kinds
    assert set(kinds) <= {Kind.BEACON, Kind.CFG}
    second = agent("run", "--config", config)
    try:
        assert eventually(arrived, stub)
        second.send_signal(signal.SIGTERM)
        code, _, err = finish(second)
    finally:
        second.kill()
    assert code == 0, err
    assert "agent.stopped" in err
    assert "Traceback" not in err
    assert stub.rules.alarms == []
    status = json.loads((tmp_path / "sync-status.json").read_text())
    assert (status["state"], status["head"]) == ("IDLE", journal.head.seq)


@pytest.mark.journey
def test_once_delivers_everything_and_ends(
    tmp_path: Path, stub: CentralStub, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    tap(journal, 600)
    code, out, err = finish(agent("once", "--config", str(write_settings(tmp_path, stub.url))))
    assert (code, out.splitlines()[-1]) == (0, "central acknowledged everything up to entry 601"), err
    assert len(stub.rules.bodies(journal.head.epoch)) == 601
    assert cli.main(["check", "--config", str(tmp_path / "sync.toml")]) == 0
    shown = capsys.readouterr().out
    assert f"epoch {journal.head.epoch} head 601 acknowledged 601" in shown
    assert STATION_KEY.kid in shown
    assert "server = " in shown
    assert "(file)" in shown
    assert "(default)" in shown
    assert STATION_KEY.verify_key.public.hex() in shown
    assert (tmp_path / "station.key").read_text().strip() not in shown


def run_here(tmp_path: Path, *arguments: str) -> int:
    return cli.main([*arguments, "--config", str(tmp_path / "sync.toml")])


def test_once_says_when_nobody_answers(
    tmp_path: Path, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    tap(journal)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        write_settings(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert run_here(tmp_path, "migrate") == 0
        assert run_here(tmp_path, "once") == 69
    assert "no complete answer" in capsys.readouterr().err


def test_once_says_when_central_says_no(
    tmp_path: Path, stub: CentralStub, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    tap(journal)
    write_settings(tmp_path, stub.url)
    run_here(tmp_path, "migrate")
    stub.rules.station = "st-r999"
    assert run_here(tmp_path, "once") == 75
    assert "unknown-station" in capsys.readouterr().err
    stub.rules.station, stub.rules.is_revoked = STATION, True
    assert run_here(tmp_path, "once") == 69
    err = capsys.readouterr().err
    assert err.startswith("rollbook-sync: central refuses this station (revoked)")
    assert run_here(tmp_path, "check") == 1
    assert "sending is halted (revoked)" in capsys.readouterr().out
    stub.rules.is_revoked = False
    assert run_here(tmp_path, "once") == 0


def test_once_is_not_done_while_entries_of_a_parted_epoch_wait_to_be_carried(
    tmp_path: Path, stub: CentralStub, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    tap(journal)
    parted = journal.head
    journal.begin_epoch("clone", SystemClock(1).reading(), lambda: 7**19)
    write_settings(tmp_path, stub.url)
    run_here(tmp_path, "migrate")
    with closing(Memory.open(tmp_path / "agent.sqlite")) as memory:
        peer = Peer(parted.epoch, is_registered=True, parted="clone", agreed_inc=stub.rules.inc)
        memory.restart(peer, Standing(inc=stub.rules.inc))
    assert run_here(tmp_path, "once") == 75
    assert "2 entries of earlier epochs are yet to be carried" in capsys.readouterr().err
    StationInbox(tmp_path / "inbox").take(journal, SystemClock(1).reading())
    assert run_here(tmp_path, "once") == 0
    assert len(stub.rules.bodies(journal.head.epoch)) == journal.head.seq


def test_check_finds_what_is_missing_before_anything_began(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(tmp_path, "https://central.school.lan")
    assert run_here(tmp_path, "check") == 1
    shown = capsys.readouterr().out
    assert "there is no journal" in shown
    assert "rollbook-sync migrate" in shown


def test_check_tells_of_parted_epochs_and_of_a_clock_that_cannot_be_right(
    tmp_path: Path, journal: Journal, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(tmp_path, "https://central.school.lan")
    assert run_here(tmp_path, "migrate") == 0
    epoch = journal.head.epoch
    with closing(Memory.open(tmp_path / "agent.sqlite")) as memory:
        memory.restart(Peer(epoch, is_registered=True, parted="clone", agreed_seq=1, agreed_inc="i"))
        memory.stand(time_floor_ms=32_503_680_000_000, attempt=1)
    assert run_here(tmp_path, "check") == 1
    shown = capsys.readouterr().out
    assert f"epoch {epoch} head 1 acknowledged 0, parted (clone), agreed 1 carried 0" in shown
    assert "central has proven 3000-01-01T00:00:00+00:00; unknown" in shown
    assert "the clock claims a time before 3000-01-01" in shown
    assert "state unknown: the agent has not run here" in shown


def test_check_is_loud_about_a_rehearsal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clock.json").write_text('{"offset_ms": 0, "start_ms": 0}')
    write_settings(tmp_path, "https://central.school.lan", '[practice]\nclock = "clock.json"\n')
    assert run_here(tmp_path, "check") == 1
    shown = capsys.readouterr().out
    assert "PRACTICE" in shown
    assert "this is a practice station" in shown


def test_keygen_prints_the_public_half_and_refuses_to_overwrite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(tmp_path, "https://central.school.lan")
    (tmp_path / "station.key").unlink()
    assert run_here(tmp_path, "keygen") == 0
    shown = dict(line.split() for line in capsys.readouterr().out.splitlines())
    key = SigningKey.from_hex((tmp_path / "station.key").read_text())
    assert shown == {"kid": key.kid, "public": key.verify_key.public.hex()}
    assert run_here(tmp_path, "keygen") == 78
    assert "a key is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [([], 64), (["fly"], 64), (["run", "--config", "/nonexistent/sync.toml"], 78)],
)
def test_a_wrong_call_is_one_line_and_a_code(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == code
    err = capsys.readouterr().err
    assert err.startswith("rollbook-sync: ")
    assert len(err.splitlines()) == 1


def test_a_second_agent_is_turned_away(
    tmp_path: Path, stub: CentralStub, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(tmp_path, stub.url)
    run_here(tmp_path, "migrate")
    with closing(Memory.open(tmp_path / "agent.sqlite")):
        assert run_here(tmp_path, "once") == 75
    assert "another agent is running" in capsys.readouterr().err


def test_help_is_shown_for_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("run", "once", "check", "keygen", "migrate"):
        with pytest.raises(SystemExit) as ended:
            cli.main([command, "--help"])
        assert ended.value.code == 0
    assert "--config" in capsys.readouterr().out
