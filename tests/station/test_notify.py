import os
from pathlib import Path

import pytest

from station.notify import ALIVE, READY, STOPPING, is_supervised, notify, watchdog_ms
from tests.station.test_watchdog import listener


def test_systemd_hears_every_state_in_turn(tmp_path: Path) -> None:
    with listener(str(tmp_path / "notify")) as systemd:
        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        for state in (READY, ALIVE, STOPPING):
            notify(state, environ)
        assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_an_abstract_address_is_understood() -> None:
    name = f"rollbook-{os.getpid()}"
    with listener(f"\0{name}") as systemd:
        notify(READY, {"NOTIFY_SOCKET": f"@{name}"})
        assert systemd.recv(100) == b"READY=1"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nowhere/notify"}])
def test_without_systemd_nothing_is_said_and_nothing_fails(environ: dict[str, str]) -> None:
    notify(READY, environ)


def test_only_a_process_that_systemd_started_is_supervised() -> None:
    assert is_supervised({"NOTIFY_SOCKET": "/run/notify"})
    assert not is_supervised({})


def test_the_watchdogs_period_counts_for_the_process_it_was_set_for() -> None:
    assert watchdog_ms({"WATCHDOG_USEC": "3000000"}) == 3_000
    assert watchdog_ms({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}) == 3_000
    assert watchdog_ms({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid() + 1)}) == 0
    assert watchdog_ms({}) == 0


def test_a_systemd_that_does_not_listen_now_holds_nobody_up(tmp_path: Path) -> None:
    with listener(str(tmp_path / "notify")) as systemd:
        # More than any kernel keeps for a listener that does not read.
        for _ in range(5_000):
            notify(READY, {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert systemd.recv(100) == b"READY=1"
