"""What systemd is told."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sync_agent.watchdog import Watchdog


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(0.0)
        yield ear


def heard(ear: socket.socket) -> list[bytes]:
    said = []
    try:
        while True:
            said.append(ear.recv(100))
    except BlockingIOError:
        return said


def test_the_supervisor_hears_beginning_progress_and_end(tmp_path: Path, supervisor: socket.socket) -> None:
    watchdog = Watchdog({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "180000000"})
    watchdog.ready()
    watchdog.feed()
    watchdog.stopping()
    assert heard(supervisor) == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


@pytest.mark.parametrize(
    "environ", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "5", "WATCHDOG_PID": str(os.getpid() + 1)}]
)
def test_nobody_is_fed_who_did_not_ask(
    tmp_path: Path, supervisor: socket.socket, environ: dict[str, str]
) -> None:
    Watchdog({"NOTIFY_SOCKET": str(tmp_path / "notify"), **environ}).feed()
    assert heard(supervisor) == []


def test_without_a_supervisor_nothing_is_said(tmp_path: Path) -> None:
    Watchdog({}).ready()
    Watchdog({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()
