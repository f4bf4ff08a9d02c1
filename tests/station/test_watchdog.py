import os
import socket
from pathlib import Path

import pytest

from station.watchdog import Watchdog


def listener(address: str) -> socket.socket:
    found = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    found.bind(address)
    found.settimeout(5)
    return found


def test_systemd_hears_that_the_station_is_ready_and_that_it_stops(tmp_path: Path) -> None:
    with listener(str(tmp_path / "notify")) as systemd:
        watchdog = Watchdog({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        watchdog.ready()
        watchdog.stopping()
        assert [systemd.recv(100), systemd.recv(100)] == [b"READY=1", b"STOPPING=1"]


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "/nowhere/notify", "WATCHDOG_USEC": "3000000"}])
def test_without_systemd_nothing_is_said_and_nothing_fails(environ: dict[str, str]) -> None:
    watchdog = Watchdog(environ)
    watchdog.ready()
    watchdog.feed(0)
    watchdog.feed(10_000)
    watchdog.stopping()


def test_a_watchdog_set_for_another_process_is_not_fed(tmp_path: Path) -> None:
    with listener(str(tmp_path / "notify")) as systemd:
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
        Watchdog({**environ, "WATCHDOG_PID": str(os.getpid() + 1)}).feed(0)
        Watchdog({**environ, "WATCHDOG_PID": str(os.getpid())}).feed(0)
        assert systemd.recv(100) == b"WATCHDOG=1"
        systemd.settimeout(0)
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
