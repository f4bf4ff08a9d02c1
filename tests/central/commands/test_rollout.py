"""A release is added, begun with one room, paused, taken up again, and reaches what stations are told."""

import json
import secrets
from pathlib import Path

import pytest

from central.store.models import School, Staff
from central.work import keys
from sync_agent.settable import Config
from sync_agent.signing import SigningKey, open_text
from tests.central.commands.conftest import Central
from tests.fakes.releases import Office

BY = ("--as", "1001", "--reason", "release of August")


@pytest.fixture
def stations(central: Central) -> Central:
    for name in ("R101", "R102"):
        public = SigningKey(secrets.token_bytes(32)).verify_key.public.hex()
        central.run("commission", f"st-{name.lower()}", "--room", name, "--new-room", "--key", public)
    Staff.objects.create(
        school=School.objects.get(),
        number="1001",
        family_name="Tanaka",
        given_name="Iris",
        role=Staff.Role.IT,
    )
    return central


def told(central: Central, station: str) -> str | None:
    signed = json.loads((central.config.data / "configs" / f"{station}.json").read_text())
    key = keys.signing_key(central.config.keys, keys.CONFIG).verify_key
    return Config.of(open_text("config", signed, key)).release


def test_a_release_comes_to_the_first_room_alone_by_the_commands_of_the_page(
    stations: Central, tmp_path: Path
) -> None:
    office = Office(tmp_path / "desk")
    office.add("0.2.0")
    assert stations.run("rollout", "show") == "there was no rollout yet\n"
    assert stations.run("release", "list").startswith("none")
    assert stations.run("release", "add", office.folder).startswith("releases 0.2.0 are offered")
    assert stations.run("release", "list") == "0.2.0\n"
    assert told(stations, "st-r101") is None
    said = stations.run("rollout", "begin", "0.2.0", "--ring", "st-r101", "--ring", "100%", *BY)
    assert said.startswith("release 0.2.0: running, ring 1 of 2\n")
    assert (told(stations, "st-r101"), told(stations, "st-r102")) == ("0.2.0", None)
    assert "paused (release of August)" in stations.run("rollout", "pause", *BY)
    assert "running, ring 1" in stations.run("rollout", "resume", *BY)
    assert "aborted" in stations.run("rollout", "abort", *BY)
    assert told(stations, "st-r101") is None


def test_a_ring_is_a_list_of_stations_or_a_share(stations: Central) -> None:
    with pytest.raises(SystemExit):
        stations.run("rollout", "begin", "0.2.0", "--ring", ",", *BY)
