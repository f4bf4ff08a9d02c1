from pathlib import Path

import pytest

from station.roster import FILE_NAME as ROSTER_FILE
from tests.fakes.journey import Site, bodies
from tests.fakes.station_process import wait_for
from tests.journeys.living import Moment, Station, moments, station_of

pytestmark = pytest.mark.journey
HASTY = ("python", "-m", "tests.journeys.hasty_station", "run")


@pytest.fixture
def room(tmp_path: Path) -> Site:
    """Return a room whose school has no server: a key is all it needs."""
    site = Site(tmp_path / "school")
    site.bare()
    site.premises.keys.mkdir(parents=True, mode=0o700)
    key = site.premises.keys / "school.key"
    key.write_text(bytes(range(32)).hex(), encoding="ascii")
    key.chmod(0o600)
    site.furnish()
    return site


def kill(station: Station, seed: int, count: int) -> None:
    for number, moment in enumerate(moments(seed, count), start=1):
        station.live_until(moment)
        assert station.faults() == [], f"kill {number} of seed {seed}: {moment}"


def end(station: Station) -> set[str]:
    """End the station as a person would, and return which answers it ever gave."""
    station.end()
    assert station.faults() == []
    first, *later = station.boots()
    assert first, "a journal's first life had none before it that could have ended badly"
    assert not any(later), "a life took its predecessor's end for a good one"
    return {light.sign for light in station.lights if light.says_stored}


def test_a_kill_at_any_moment_loses_no_tap_whose_light_was_shown(room: Site) -> None:
    with station_of(room, seed=20) as station:
        kill(station, seed=20, count=20)
        assert "WELCOME" in end(station)
    assert sum(light.says_stored for light in station.lights) > 60


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_fifty_kills_lose_nothing(room: Site, seed: int) -> None:
    with station_of(room, seed) as station:
        kill(station, seed, count=50)
        end(station)


def test_a_station_that_shows_the_light_first_is_caught(room: Site) -> None:
    with station_of(room, seed=7, command=HASTY) as station:
        for moment in [Moment(lights, 0.0, is_held=False) for lights in range(6)]:
            station.live_until(moment)
            if station.faults():
                break
    assert [fault for fault in station.faults() if "which the journal lacks" in fault]


def test_after_the_kills_central_holds_what_the_journal_holds_byte_for_byte(site: Site) -> None:
    with site.serving() as port:
        site.furnish(port)
        with site.carrying(), station_of(site, seed=5) as station:
            kill(station, seed=5, count=3)
            wait_for((site.room.state / ROSTER_FILE).exists, "the roster, on which these cards are not")
            kill(station, seed=6, count=3)
            assert "NOT_ON_ROSTER" in end(station)
            site.wait_until_drained()
    assert site.evidence() == bodies(site.journal())
