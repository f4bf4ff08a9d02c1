"""Releases as IT makes them: by the page's own commands, and with keys that a board goes by."""

from pathlib import Path

import pytest

from provisioning import release as bundled
from tests.pi import release
from tests.pi.release import RUINED, UncollectedError


@pytest.mark.journey
def test_the_newest_of_this_machines_releases_is_what_a_card_is_given(tmp_path: Path) -> None:
    releases = release.for_this_machine(tmp_path / "it")
    first = bundled.read(releases.signed)
    assert first.version == release.FIRST
    assert first.root == releases.root.read_text("utf-8")
    releases.sign("0.1.1", RUINED)
    ruined = bundled.read(releases.signed)
    assert ruined.version == "0.1.1"
    ours = {name for name in ruined.wheels if name.startswith("rollbook-")}
    assert ours == {"rollbook-0.1.1-py3-none-any.whl"}
    # All else is what the first release has.
    assert ruined.wheels.keys() - ours == {name for name in first.wheels if not name.startswith("rollbook-")}


@pytest.mark.pi
def test_the_pages_commands_collect_a_release_for_the_boards(tmp_path: Path) -> None:
    try:
        releases = release.for_boards(tmp_path)
    except UncollectedError as error:
        pytest.skip(str(error))
    wheels = bundled.read(releases.signed).wheels
    for python in ("cp311", "cp313"):
        assert [name for name in wheels if name.startswith("cffi-") and f"-{python}-" in name]
    assert not [name for name in wheels if "x86_64" in name]
