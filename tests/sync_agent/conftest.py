"""A bench for every test that needs one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.sync_agent import Bench, DirectCourier

MEMORY = Path("/dev/shm")  # noqa: S108 (Linux's folder in memory)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: the files are real, and nobody waits for a disk."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="rollbook-", dir=MEMORY) as name:
        yield Path(name)


@pytest.fixture
def bench(folder: Path) -> Iterator[Bench]:
    bench = Bench(folder)
    yield bench
    bench.close()


@pytest.fixture
def line(bench: Bench) -> DirectCourier:
    """The line between the bench's agent and its central, to be disturbed."""
    assert isinstance(bench.courier, DirectCourier)
    return bench.courier
