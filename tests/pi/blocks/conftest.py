"""Where the disks lie, in memory as the states of the crash tests, and who looks at them."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.crash.conftest import memory
from tests.pi.blocks.apart import processes

__all__ = ["memory"]


@pytest.fixture(scope="session")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Processes that mount disks where nobody else sees them."""
    with processes() as pool:
        yield pool
