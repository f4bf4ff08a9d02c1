"""A board on virtual time."""

import random
from pathlib import Path

import pytest

from central.fleet.board import Board
from central.fleet.clockwork import Clockwork


@pytest.fixture
def clockwork_board(tmp_path: Path) -> tuple[Clockwork, Board]:
    """Return a board and the time it lives in."""
    clockwork = Clockwork(1_792_000_000_000)
    return clockwork, Board("st-1", tmp_path, clockwork, random.Random(1))  # noqa: S311  a test repeats itself
