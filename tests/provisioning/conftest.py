"""The desk every provisioning test works at."""

from pathlib import Path

import pytest

from tests.fakes.provisioning import WIRED, WIRELESS, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.list_rooms(WIRELESS, WIRED)
    return desk
