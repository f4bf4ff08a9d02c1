"""Releases come from central while taps wait: a ruined one goes back by itself, a good one stays."""

import json
import threading
from typing import Final

from demo.office import ADMINISTRATOR
from provisioning.board.update.trial import Pace
from tests.pi.morning.lesson import tap_in
from tests.pi.morning.scene import Scene
from tests.pi.release import FIRST, RUINED, Releases

RUINED_ONE: Final = "0.1.1"
GOOD_ONE: Final = "0.1.2"
_RUNNING: Final = "basename $(readlink -f /opt/rollbook/current)"
_WANTED: Final = "/var/lib/rollbook/update/wanted.json"
_NOTED: Final = "cat /var/lib/rollbook-update/state.json 2>/dev/null || echo {}"


def bring_a_ruined_one_and_a_good_one(scene: Scene, releases: Releases) -> str:
    """Live through both, tapping before, between and behind; return why the ruined one was given up.

    A station waits for ten minutes without a tap, and gives a release three trials of three minutes.
    """
    hire_administrator(scene)
    releases.sign(RUINED_ONE, RUINED)
    tap_in(scene, scene.cards[:2])
    roll_out(scene, releases, RUINED_ONE)
    wait_for_quiet(scene, RUINED_ONE)
    why = until_given_up(scene, RUINED_ONE)
    assert running(scene) == FIRST
    tap_in(scene, scene.cards[:2])
    abort(scene)
    releases.sign(GOOD_ONE)
    roll_out(scene, releases, GOOD_ONE)
    wait_for_quiet(scene, GOOD_ONE)
    until_runs(scene, GOOD_ONE)
    tap_in(scene, scene.cards[2:4])
    return why


def hire_administrator(scene: Scene) -> None:
    """Let somebody have a login who may roll releases out."""
    scene.school.office.give_logins(scene.section.teacher)


def roll_out(scene: Scene, releases: Releases, version: str) -> None:
    """Give central the signed releases, and have every station take one."""
    central = scene.school.office.central
    central("release", "add", str(releases.signed))
    central("rollout", "begin", version, "--ring=100%", f"--as={ADMINISTRATOR}", "--reason=a release")


def abort(scene: Scene) -> None:
    """End the rollout that is on its way; central says that a station went back from it."""
    told = ("rollout", "abort", f"--as={ADMINISTRATOR}", "--reason=it is ruined")
    said = scene.school.office.central(*told, expected=(1,))
    assert f"{scene.section.station} tried it and went back" in said


def wait_for_quiet(scene: Scene, version: str) -> None:
    """Let nobody tap for as long as an update waits, and have it look then, as its timer would soon."""
    scene.until(lambda: scene.board.run(f"grep -qF {version} {_WANTED}")[0] == 0, "the release being fetched")
    threading.Event().wait(Pace().quiet_s)
    scene.ask("systemctl start --no-block rollbook-update.service")


def until_given_up(scene: Scene, version: str) -> str:
    """Wait until the station has tried a release and gone back; return why it was given up."""
    scene.until(lambda: version in _refused(scene), f"release {version} being given up")
    return _refused(scene)[version]


def until_runs(scene: Scene, version: str) -> None:
    """Wait until the station has found a release well and keeps it."""
    scene.until(lambda: _is_kept(scene, version), f"release {version} being kept")


def running(scene: Scene) -> str:
    """Return the release that is in use."""
    return scene.ask(_RUNNING)


def _refused(scene: Scene) -> dict[str, str]:
    refused: dict[str, str] = _noted(scene).get("refused", {})  # type: ignore[assignment]  # our own file
    return refused


def _is_kept(scene: Scene, version: str) -> bool:
    noted = _noted(scene)
    return noted.get("floor") == version and noted.get("pending") is None and running(scene) == version


def _noted(scene: Scene) -> dict[str, object]:
    noted: dict[str, object] = json.loads(scene.ask(_NOTED))
    return noted
