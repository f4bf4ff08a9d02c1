"""One intake for each test, on files of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.intake import IntakeBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[IntakeBench]:
    with IntakeBench(tmp_path) as bench:
        yield bench
