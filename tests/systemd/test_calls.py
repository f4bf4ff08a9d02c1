"""What the programs really ask of the kernel, held against what their units leave them."""

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from station.sync_stamp import STAMP
from tests.systemd import units

ROOT = units.FOLDER.parent
NEEDED = ("strace", "systemd-analyze")
# SQLite gives its files to the database's owner, but only when root runs it; the units never run as root.
ONLY_AS_ROOT = {"fchown"}
# Whether the clock is set: the station then goes by timesyncd's mark, the agent sends what the station wrote.
CLOCK = {"adjtimex", "clock_adjtime"}
# What the agent asks for, is refused, and does without; the other is where a library would like its pages.
DOES_WITHOUT = CLOCK | {"mbind"}
pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(
        not all(map(shutil.which, NEEDED)),
        reason=f"{' or '.join(NEEDED)} is missing: apt install strace systemd",
    ),
    pytest.mark.skipif(
        platform.machine() not in {"x86_64", "aarch64"},
        reason="needs x86_64 or aarch64: names of calls differ",
    ),
]

STATION = """\
station = "st-r101"
school = "34000000123456"
state_dir = "state"
[token]
key_id = "k1"
key = "school.key"
[[readers]]
name = "nfc"
kind = "pn532"
port = "no-such-port"
[panel]
kind = "terminal"
"""
SYNC = """\
station = "st-r101"
state_dir = "state"
server = "http://127.0.0.1:9"
server_key = "server.pub"
config_key = "server.pub"
signing_key = "station.key"
[timing]
reconnect_s = 0
"""


@pytest.fixture
def room(tmp_path: Path) -> Path:
    for name in ("school.key", "station.key"):
        file = tmp_path / name
        file.touch(mode=0o600)
        file.write_text("5e" * 32, encoding="ascii")
    (tmp_path / "server.pub").write_text(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "ascii"
    )
    (tmp_path / "station.toml").write_text(STATION, encoding="utf-8")
    (tmp_path / "sync.toml").write_text(SYNC, encoding="utf-8")
    return tmp_path


@contextmanager
def traced(log: Path, *command: str, refused: Iterable[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """Run a program under strace, refuse some calls as its unit does, and end it as systemd does."""
    refusals = ["-e", f"inject={','.join(sorted(refused))}:error=EPERM"] if refused else []
    with subprocess.Popen(
        # -D: the tracer is the grandchild, so that the signal to end reaches the program and not strace.
        ["strace", "-D", "-f", "-qq", "-o", str(log), *refusals, sys.executable, "-m", *command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        # The whole group: the program itself holds the other end of our pipe.
        alarm = threading.Timer(60, os.killpg, (process.pid, signal.SIGKILL))
        alarm.start()
        try:
            yield process
        finally:
            end(process)
            alarm.cancel()


def end(process: subprocess.Popen[str]) -> None:
    """Ask a traced program to end until it does."""
    # A thread that strace holds is passed over: the signal may wake one that cannot act on it.
    for _attempt in range(50):
        process.terminate()
        try:
            process.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            continue
        return


def read_until(process: subprocess.Popen[str], event: str) -> None:
    """Read a program's log until it tells of an event."""
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line)
        if event in line:
            return
    pytest.fail(f"the program ended without {event}:\n" + "".join(lines))


def calls(log: Path) -> set[str]:
    """Return the system calls in a trace."""
    return set(re.findall(r"^\d+\s+([a-z_0-9]+)\(", log.read_text(errors="replace"), flags=re.MULTILINE))


def test_the_station_asks_for_nothing_its_unit_refuses_but_how_good_the_clock_is(room: Path) -> None:
    log = room / "trace"
    command = ["station.cli", "run", "--config", str(room / "station.toml")]
    with traced(log, *command, refused=CLOCK) as process:
        read_until(process, "reader.down")
    made = calls(log)
    # The trace has seen the journal written and the clock asked, or it would prove nothing.
    assert "fdatasync" in made
    assert made & CLOCK
    refused = made - ONLY_AS_ROOT - units.allowed_calls(units.read("rollbook-station.service"))
    assert refused <= CLOCK


@pytest.mark.skipif(STAMP.parent.exists(), reason="timesyncd runs here and answers in the kernel's place")
def test_a_station_nobody_tells_how_good_the_clock_is_says_so(room: Path) -> None:
    command = ["station.cli", "run", "--config", str(room / "station.toml")]
    with traced(room / "trace", *command, refused=CLOCK) as process:
        read_until(process, "clock.refused")


def test_the_agent_asks_for_nothing_its_unit_refuses_that_it_cannot_do_without(room: Path) -> None:
    with traced(room / "before", "station.cli", "run", "--config", str(room / "station.toml")) as process:
        read_until(process, "reader.down")
    log = room / "trace"
    command = ["sync_agent.cli", "run", "--config", str(room / "sync.toml")]
    with traced(log, *command, refused=DOES_WITHOUT) as process:
        read_until(process, "sync.failed")
    made = calls(log)
    # Nobody listens at the address, but the agent tried: it got as far as the network.
    assert "connect" in made
    refused = made - ONLY_AS_ROOT - units.allowed_calls(units.read("rollbook-sync.service"))
    assert refused <= DOES_WITHOUT


def test_central_asks_for_nothing_its_unit_refuses(room: Path) -> None:
    config = room / "central.toml"
    config.write_text('data_dir = "data"\n', encoding="utf-8")
    command = ["central.cli", "--config", str(config)]
    for arguments in (["init", "--school-code", "34000000123456", "--school-name", "A school"], ["migrate"]):
        subprocess.run([sys.executable, "-m", *command, *arguments], cwd=ROOT, check=True)
    log = room / "trace"
    with traced(log, *command, "serve", "--port", "0", "--station-port", "0") as process:
        read_until(process, "intake.started")
    made = calls(log)
    assert {"listen", "fdatasync"} <= made
    assert made - ONLY_AS_ROOT - units.allowed_calls(units.read("rollbook-central.service")) == set()
