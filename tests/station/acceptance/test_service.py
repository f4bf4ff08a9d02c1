"""The watchdogs: a station that hangs for real and whoever starts it again; a board's own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from station.acceptance import service
from station.acceptance.outcome import Outcome
from station.acceptance.site import Site
from tests.fakes.acceptance import DEADLINE_S, put, site_of


@dataclass
class Systemd:
    """Answers as systemctl does, about a process that is really there."""

    pid: int
    restarts_after: int
    asked: list[str] = field(default_factory=list)
    watchdog: str = "20s"

    def __call__(self, command: Sequence[str]) -> tuple[int, str]:
        self.asked.append(" ".join(command[:2]))
        if command[1] != "show":
            return 0, ""
        looks = sum(asked == "systemctl show" for asked in self.asked)
        pid = self.pid if looks <= self.restarts_after else self.pid + 1
        return (
            0,
            f"LoadState=loaded\nActiveState=active\nMainPID={pid}\nNRestarts=0\nWatchdogUSec={self.watchdog}\n",
        )


@pytest.fixture
def hung() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait(DEADLINE_S)
    if process.stdin is not None:
        process.stdin.close()


def site(folder: Path, systemd: Systemd, *, says: bool = True, step_s: float = 1) -> Site:
    passed = iter(range(10_000))
    found = site_of(folder, {"hung on purpose": says})
    put(found.root, f"proc/{systemd.pid}/status", "Name:\tx\nVmRSS:\t   20480 kB\n")
    return replace(found, ask=systemd, elapsed_ns=lambda: int(next(passed) * step_s * 1e9))


def test_a_station_that_hangs_and_is_started_again_is_well(
    tmp_path: Path, hung: subprocess.Popen[bytes]
) -> None:
    systemd = Systemd(hung.pid, restarts_after=6)
    shown = service.service(site(tmp_path, systemd))
    assert shown.outcome is Outcome.WELL
    assert shown.figures["memory_mib"] == dict.fromkeys(service.UNITS, 20.0)
    assert shown.figures["watchdog_s"] == 20.0
    assert systemd.asked[-1] == "systemctl stop"
    assert os.waitid(os.P_PID, hung.pid, os.WSTOPPED) is not None


def test_a_station_nobody_starts_again_is_let_go_on_and_told(
    tmp_path: Path, hung: subprocess.Popen[bytes]
) -> None:
    systemd = Systemd(hung.pid, restarts_after=10_000)
    shown = service.service(site(tmp_path, systemd))
    assert shown.outcome is Outcome.FAILED
    assert "was not started again in 5 periods" in shown.says
    # What lies still would never come to its end.
    hung.communicate(timeout=DEADLINE_S)
    assert hung.returncode == 0
    assert systemd.asked[-1] == "systemctl stop"


def test_a_unit_without_a_watchdog_is_not_hung(tmp_path: Path, hung: subprocess.Popen[bytes]) -> None:
    shown = service.service(site(tmp_path, Systemd(hung.pid, 10_000, watchdog="infinity")))
    assert shown.outcome is Outcome.FAILED
    assert "without WatchdogSec=" in shown.says


def test_nothing_is_started_where_there_is_no_unit_or_the_person_says_no(
    tmp_path: Path, hung: subprocess.Popen[bytes]
) -> None:
    systemd = Systemd(hung.pid, 10_000)
    refused = site(tmp_path, systemd, says=False)
    assert service.service(refused).outcome is Outcome.LEFT_OUT
    assert "systemctl start" not in systemd.asked
    shown = service.service(replace(refused, ask=lambda _command: (127, "")))
    assert shown.outcome is Outcome.ABSENT


@pytest.mark.parametrize(
    ("said", "seconds"), [("20s", 20), ("1min 30s", 90), ("500ms", 0.5), ("infinity", 0), ("0", 0), ("", 0)]
)
def test_spans_are_read_as_systemd_prints_them(said: str, seconds: float) -> None:
    assert service._seconds(said) == seconds


BOARD = "sys/class/watchdog/watchdog0"


@pytest.mark.parametrize(
    ("state", "held", "device", "outcome"),
    [
        ("active", "10s", "/dev/watchdog0", Outcome.WELL),
        (None, "10s", "/dev/watchdog0", Outcome.WELL),
        ("inactive", "10s", "/dev/watchdog0", Outcome.FAILED),
        (None, "10s", "", Outcome.FAILED),
        ("active", "0", "/dev/watchdog0", Outcome.FAILED),
    ],
)
def test_a_boards_watchdog_is_well_only_when_it_is_armed_and_fed(
    tmp_path: Path, state: str | None, held: str, device: str, outcome: Outcome
) -> None:
    said = f"RuntimeWatchdogUSec={held}\nWatchdogDevice={device}\n"
    found = replace(site_of(tmp_path, {}), ask=lambda _command: (0, said))
    assert service.watchdog(found).outcome is Outcome.ABSENT
    put(found.root, "dev/watchdog0", "")
    put(found.root, f"{BOARD}/identity", "Broadcom BCM2835 Watchdog timer\n")
    if state is not None:
        put(found.root, f"{BOARD}/state", f"{state}\n")
    assert service.watchdog(found).outcome is outcome
