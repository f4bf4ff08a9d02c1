"""Where the states of the disk are laid out: in memory, since thousands come and go."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# What is asked of a disk is read from the calls, not felt by a disk.
MEMORY = Path("/dev/shm")  # noqa: S108 (a file system in memory; the folder made in it has a name of its own)


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder that costs no disk, or an ordinary one where there is no memory to be had."""
    parent = MEMORY if os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="rollbook-", dir=parent))
    yield folder
    shutil.rmtree(folder)
