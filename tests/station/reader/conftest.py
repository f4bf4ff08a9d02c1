"""A practice bench, cleared for each test, for the readers that have a device."""

from collections.abc import Iterator

import pytest

from station.clock import SystemClock
from station.reader import Reader, ReaderSettings, build
from tests.fakes.simulator import PractiseBench, practising


@pytest.fixture(scope="session")
def running_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PractiseBench]:
    with practising(tmp_path_factory.mktemp("bench"), scanner=True) as bench:
        yield bench


@pytest.fixture
def bench(running_bench: PractiseBench) -> PractiseBench:
    for line in (
        "fault silence 0",
        "unplug reader",
        "unplug scanner",
        "remove",
        "plug reader",
        "plug scanner",
        "trace",
    ):
        running_bench.do(line)
    return running_bench


@pytest.fixture
def nfc_reader(bench: PractiseBench) -> Reader:
    return build(ReaderSettings("nfc", "pn532", str(bench.link)), SystemClock(boot=1), station="room-204")
