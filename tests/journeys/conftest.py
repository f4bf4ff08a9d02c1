"""A founded school, made once for all test processes and copied for each test that changes it."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.journey import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a school that was set up and is never used itself."""
    mine = tmp_path_factory.getbasetemp()
    ours = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    folder, done = ours / "founded-school", ours / "founded-school.done"
    with (ours / "founded-school.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            Site.found(folder)
            done.touch()
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Return a browser that asks nobody but this machine."""
    # Only here: most journeys need no browser, and its library takes long to import.
    from tests.journeys.browsing import browsing

    with browsing() as chromium:
        yield chromium


@pytest.fixture
def site(founded: Path, tmp_path: Path) -> Site:
    """Return a school of the test's own; nothing of it runs yet."""
    return Site.copied(founded, tmp_path / "school")
