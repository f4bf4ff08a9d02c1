"""A bench for every test that needs one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.boards import Board, Imaging
from tests.fakes.central_rules import CentralRules
from tests.fakes.sync_agent import STATION_KEY, Bench, DirectCourier
from tests.fakes.watch import Watch

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


@pytest.fixture
def board(folder: Path) -> Iterator[Board]:
    """A station in use, with some taps central has."""
    with closing(Board(folder / "board-1", CentralRules(STATION_KEY.verify_key), 7)) as board:
        board.tap(3)
        board.sync()
        yield board


@pytest.fixture
def image(board: Board, folder: Path) -> Iterator[Imaging]:
    """Return what copies the board's storage to another board."""
    made: list[Board] = []

    def imaging() -> Board:
        made.append(board.image(folder / f"board-{len(made) + 2}", len(made) + 8))
        return made[-1]

    yield imaging
    for one in made:
        one.close()


@pytest.fixture
def watch(bench: Bench, line: DirectCourier) -> Watch:
    return Watch(bench, line)
