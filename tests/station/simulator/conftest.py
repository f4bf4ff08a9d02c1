"""A practice bench of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.simulator import PractiseBench, practising


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[PractiseBench]:
    with practising(tmp_path, scanner=True) as running:
        yield running
