"""Releases reach an emulated Raspberry Pi 3 from central: an hour for each system."""

from pathlib import Path

import pytest

from station.verdict import Verdict
from tests.pi.emulated.marks import MARKS
from tests.pi.emulated.room import commissioned
from tests.pi.emulated.systems import SYSTEMS, System
from tests.pi.morning import updates

pytestmark = MARKS


@pytest.mark.parametrize("system", list(SYSTEMS.values()), ids=list(SYSTEMS))
def test_a_ruined_release_goes_back_by_itself_and_a_good_one_stays(system: System, tmp_path: Path) -> None:
    with commissioned(system, tmp_path) as (scene, releases):
        assert updates.bring_a_ruined_one_and_a_good_one(scene, releases)
        scene.until_held()
        scene.agree(scene.cut())
        sign, _ = scene.switch_on_and_tap(scene.cards[0])
        assert sign is Verdict.WELCOME
        assert updates.running(scene) == updates.GOOD_ONE
