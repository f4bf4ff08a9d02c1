"""The project's syntax trees are made here by the thousand, and all of them stay."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _no_looking_for_garbage() -> Iterator[None]:
    """Look for no garbage among what is parsed: it costs twice as much as parsing, and there is none."""
    gc.disable()
    yield
    gc.enable()
