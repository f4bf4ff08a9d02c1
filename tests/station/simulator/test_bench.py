"""The bench serves whatever comes, in whatever order it comes."""

import os
import time
from pathlib import Path

import pytest

from station.reader.port import open_port
from station.simulator.bench import Bench


@pytest.mark.parametrize("comes_back", [False, True], ids=["stays away", "comes back"])
def test_a_port_unplugged_while_the_host_speaks_is_not_served(tmp_path: Path, *, comes_back: bool) -> None:
    bench = Bench({"reader": tmp_path / "reader"}, time.monotonic)
    listens, speaks = os.pipe()

    def pull() -> None:
        os.read(listens, 1)
        bench.unplug(bench.reader)
        if comes_back:
            bench.plug(bench.reader)

    bench.watch(listens, pull)
    bench.plug(bench.reader)
    host = open_port(str(tmp_path / "reader"), 115200, 0.1)
    host.write(b"anything")
    os.write(speaks, b"!")
    bench.step()
    assert bench.reader.is_plugged == comes_back
    assert bench.trace == []
    host.close()
    bench.close()
    os.close(listens)
    os.close(speaks)
