"""A ruined release and a good one reach a station from central, which waits for quiet hours to take them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.system_cells import BOOKWORM
from station.verdict import Verdict
from tests.pi import release
from tests.pi.card import Desk
from tests.pi.contained.contained_board import ContainedBoard
from tests.pi.contained.line import SERVER
from tests.pi.contained.marks import MARKS
from tests.pi.morning import arriving, updates
from tests.pi.morning.scene import Scene
from tests.pi.release import Releases
from tests.pi.school import LOOPBACK, LiveSchool

# The first of two is the one that counts.
pytestmark = [pytest.mark.timeout(4 * 3600), *MARKS]


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return release.for_this_machine(tmp_path / "releases")


@pytest.fixture
def scene(releases: Releases, tmp_path: Path) -> Iterator[Scene]:
    school = LiveSchool(tmp_path / "school", (SERVER, LOOPBACK))
    with school.serving(), ContainedBoard(tmp_path / "board") as board:
        # Ten minutes of quiet, the timer's ten, three trials of three minutes, and all of it twice.
        scene = Scene(school, school.sections[0], board, tmp_path / "looks", patience_s=3600)
        scene.give_card(Desk(school, releases, tmp_path / "papers"), BOOKWORM)
        scene.switch_on()
        arriving.until_enrolled(scene)
        scene.until_roster()
        yield scene


def test_a_ruined_release_goes_back_by_itself_and_a_good_one_stays(scene: Scene, releases: Releases) -> None:
    assert updates.bring_a_ruined_one_and_a_good_one(scene, releases)
    scene.until_held()
    scene.agree(scene.cut())
    sign, _ = scene.switch_on_and_tap(scene.cards[0])
    assert sign is Verdict.WELCOME
    assert updates.running(scene) == updates.GOOD_ONE
