"""What most tests of the station begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.clock import HandClock
from station.journal import Journal
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
