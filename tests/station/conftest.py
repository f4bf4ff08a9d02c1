"""What most tests of the station begin with."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.clock import HandClock
from station.disk import Disk
from station.inbox import Inbox
from station.journal import Journal
from station.told import ToldFile
from station.upkeep import Rounds
from station.watchdog import Watchdog
from tests.fakes.rounds import Healthy
from tests.fakes.station import Bench, open_journal


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


@pytest.fixture
def journal(tmp_path: Path, clock: HandClock) -> Iterator[Journal]:
    journal = open_journal(tmp_path, clock)
    yield journal
    journal.close()


@pytest.fixture
def reader() -> Healthy:
    return Healthy()


@pytest.fixture
def notify(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(0)
        yield listener


@pytest.fixture
def rounds(bench: Bench, reader: Healthy, notify: socket.socket) -> Rounds:
    (bench.folder / "inbox").mkdir()
    return Rounds(
        station=bench.station,
        panel=bench.panel,
        readers=[reader],
        inbox=Inbox(bench.folder / "inbox"),
        watchdog=Watchdog({"NOTIFY_SOCKET": str(notify.getsockname()), "WATCHDOG_USEC": "30000000"}),
        disk=Disk(bench.folder, ballast_bytes=4_096, low_bytes=0),
        status_file=bench.folder / "status.json",
        config=ToldFile(bench.folder / "config.json"),
    )
