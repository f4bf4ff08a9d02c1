"""What sync.toml may say, the keys it names, and the key made on the station."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.errors import SettingsError
from station.settings import Secret
from sync_agent.config import read, read_keys
from sync_agent.errors import ConfigError
from sync_agent.keygen import make_key
from tests.fakes.central_rules import ACK_KEY, CONFIG_KEY
from tests.fakes.sync_agent import STATION_KEY, write_settings


def test_the_smallest_configuration_is_enough(tmp_path: Path) -> None:
    settings = read(write_settings(tmp_path, "https://central.school.lan"))
    assert settings.station == "st-r101"
    assert settings.state_dir == tmp_path
    assert (settings.timing.linger_s, settings.timing.poll_s) == (2.0, None)
    keys = read_keys(settings)
    assert keys.signing.kid == STATION_KEY.kid
    assert keys.server.kid == ACK_KEY.kid
    assert keys.config.kid == CONFIG_KEY.kid


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ("http://central.school.lan", "https"),
        ("ftp://127.0.0.1", "address like"),
        ("central.school.lan", "address like"),
        ("https://", "address like"),
        ("https://a:b@central.school.lan", "leave them out"),
        ("https://central.school.lan/?x=1", "address like"),
    ],
)
def test_a_server_that_cannot_be_trusted_is_refused(tmp_path: Path, server: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        read(write_settings(tmp_path, server))


@pytest.mark.parametrize("server", ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080"])
def test_on_this_machine_plain_http_is_allowed(tmp_path: Path, server: str) -> None:
    assert read(write_settings(tmp_path, server)).server == server


@pytest.mark.parametrize(
    "line", ["poll_s = 0", "poll_s = -1", "linger_s = 1e9", "backoff_s = 0", "reconnect_s = -1", "path = 'x'"]
)
def test_a_pace_that_makes_no_sense_is_refused(tmp_path: Path, line: str) -> None:
    file = write_settings(tmp_path, "https://central.school.lan", f"[timing]\n{line}\n")
    with pytest.raises(SettingsError, match=line.split(maxsplit=1)[0]):
        read(file)


def test_a_station_whose_name_is_no_name_is_refused(tmp_path: Path) -> None:
    file = write_settings(tmp_path, "https://central.school.lan")
    file.write_text(file.read_text().replace("st-r101", "../r101"))
    with pytest.raises(SettingsError, match="station"):
        read(file)


def test_every_key_that_is_missing_is_named(tmp_path: Path) -> None:
    settings = read(write_settings(tmp_path, "https://central.school.lan"))
    settings.server_key.unlink()
    settings.config_key.write_text("zz")
    with pytest.raises(ConfigError) as caught:
        read_keys(settings)
    assert len(str(caught.value).splitlines()) == 2
    assert caught.value.exit_code == 78


def test_a_private_key_others_may_read_is_refused(tmp_path: Path) -> None:
    settings = read(write_settings(tmp_path, "https://central.school.lan"))
    settings.signing_key.file.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_keys(settings)


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new.key"
    public = make_key(file, lambda size: bytes(range(size)))
    assert file.stat().st_mode & 0o777 == 0o600
    assert Secret(file).hex_bytes(32) == bytes(range(32))
    with pytest.raises(ConfigError, match="a key is there already"):
        make_key(file, bytes)
    assert Secret(file).hex_bytes(32) == bytes(range(32))
    assert len(public.kid) == 16


def test_a_key_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.key").symlink_to(tmp_path / "target.key")
    with pytest.raises(ConfigError):
        make_key(tmp_path / "link.key", bytes)
    assert not (tmp_path / "target.key").exists()
