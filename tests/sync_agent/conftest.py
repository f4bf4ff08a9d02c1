"""A bench for every test that needs one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.sync_agent import Bench, DirectCourier


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


@pytest.fixture
def line(bench: Bench) -> DirectCourier:
    """The line between the bench's agent and its central, to be disturbed."""
    assert isinstance(bench.courier, DirectCourier)
    return bench.courier
