"""What stations are set to: by whom, for which of them, within which bounds, and how it reaches them."""

import json
import secrets
from datetime import timedelta

import pytest

from central.errors import InputError, RefusedError
from central.store.models import AuditEvent, School, StationConfig
from central.work import keys
from central.work.configure import allowed
from sync_agent.settable import SETTABLE, Config
from sync_agent.signing import SigningKey, open_text
from tests.central.commands.conftest import Central


@pytest.fixture
def stations(central: Central) -> Central:
    for name in ("R101", "R102"):
        public = SigningKey(secrets.token_bytes(32)).verify_key.public.hex()
        central.run("commission", f"st-{name.lower()}", "--room", name, "--new-room", "--key", public)
    return central


def published(central: Central, station: str = "st-r101") -> Config:
    signed = json.loads((central.config.data / "configs" / f"{station}.json").read_text())
    key = keys.signing_key(central.config.keys, keys.CONFIG).verify_key
    return Config.of(open_text("config", signed, key))


def test_every_station_has_a_configuration_that_sets_nothing_until_somebody_does(stations: Central) -> None:
    assert published(stations).values == {}
    assert published(stations).expires_at == stations.at + timedelta(days=60)


def test_what_is_set_for_the_school_holds_for_all_and_what_is_set_for_one_wins_there(
    stations: Central,
) -> None:
    said = stations.run("configure", "poll_s=60", "alive_s=600", "--by", "Board of 1 September")
    assert said == "2 stations get a new configuration\n"
    stations.run("configure", "--station", "st-r101", "poll_s=30")
    assert published(stations).values == {"alive_s": 600, "poll_s": 30}
    assert published(stations, "st-r102").values == {"alive_s": 600, "poll_s": 60}
    stations.run("configure", "--station", "st-r101", "poll_s=default")
    assert published(stations).values == {"alive_s": 600, "poll_s": 60}
    stations.run("configure", "alive_s=default", "poll_s=default")
    assert published(stations).values == {}


@pytest.mark.invariant(35)
def test_a_version_only_ascends_and_only_for_something_new(stations: Central) -> None:
    versions = [published(stations).version]
    for poll_s in ("60", "61", "60"):
        stations.run("configure", f"poll_s={poll_s}")
        versions.append(published(stations).version)
    assert versions == sorted(set(versions))
    assert stations.run("configure", "poll_s=60") == "that is in force already\n"
    stations.run("publish")
    assert published(stations).version == versions[-1]
    (stations.config.data / "configs" / "st-r101.json").write_text("damaged")
    stations.at += timedelta(minutes=1)
    stations.run("publish")
    assert published(stations).version > versions[-1]


@pytest.mark.parametrize(("days", "is_renewed"), [(29, False), (31, True)])
def test_a_configuration_is_renewed_halfway_to_its_end(
    stations: Central, days: int, *, is_renewed: bool
) -> None:
    before = published(stations)
    stations.at += timedelta(days=days)
    stations.run("publish")
    assert (published(stations).version > before.version) is is_renewed


@pytest.mark.invariant(36)
@pytest.mark.fault("E3")
@pytest.mark.parametrize(
    "word",
    [
        "poll_s=0",
        "poll_s=-1",
        "poll_s=nan",
        "poll_s=1e9",
        "poll_s=",
        "poll_s",
        "alive_s=90.5",
        "path=/etc",
        "=3",
    ],
)
def test_what_cannot_be_set_is_refused_with_its_bounds_and_nothing_of_it_is_kept(
    stations: Central, word: str
) -> None:
    with pytest.raises(InputError) as refused:
        stations.run("configure", "linger_s=5", word)
    name = word.partition("=")[0]
    assert (allowed(name) if name in SETTABLE else "cannot be set") in refused.value.problems[0]
    assert not StationConfig.objects.exists()
    assert published(stations).values == {}


def test_a_station_that_is_not_in_use_cannot_be_configured_and_loses_what_was_published(
    stations: Central,
) -> None:
    stations.run("retire", "st-r102")
    with pytest.raises(RefusedError, match="st-r102"):
        stations.run("configure", "--station", "st-r102", "poll_s=60")
    stations.run("publish")
    assert [path.name for path in (stations.config.data / "configs").iterdir()] == ["st-r101.json"]


def test_without_settings_it_says_what_is_in_force_and_why(stations: Central) -> None:
    stations.run("configure", "poll_s=60", "--by", "Board")
    stations.run("configure", "--station", "st-r101", "alive_s=300", "--by", "IT")
    told = stations.run("configure", "--station", "st-r101")
    for name, setting in SETTABLE.items():
        assert f"\n{name} " in f"\n{told}"
        assert setting.does in told
    assert "Set for the whole school on 2026-09-01 16:00 UTC by Board." in told
    assert "Set for st-r101 on 2026-09-01 16:00 UTC by IT." in told
    assert "linger_s           as delivered" in told
    assert "IT" not in stations.run("configure", "--station", "st-r102")


@pytest.mark.invariant(34)
def test_every_change_says_who_when_and_what(stations: Central) -> None:
    stations.run("configure", "poll_s=60", "--by", "Board")
    event = AuditEvent.objects.get(verb="configure")
    assert (event.by, event.at, event.detail) == ("Board", stations.at, {"poll_s": 60})


@pytest.mark.invariant(36)
def test_a_value_an_earlier_release_allowed_is_not_published_out_of_bounds(stations: Central) -> None:
    school = School.objects.get()
    StationConfig.objects.create(
        school=school, station=None, values={"poll_s": 1, "path": "/", "alive_s": 60}, by="x", at=stations.at
    )
    stations.run("publish")
    assert published(stations).values == {"alive_s": 60}
