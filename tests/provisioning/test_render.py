"""The boot files: exactly what a card must hold, whatever a school calls its network."""

import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from provisioning import allow_list, render, settings_files
from provisioning.room import room, wifi_key
from provisioning.system_cells import READERS
from station import config
from tests.fakes.provisioning import SSH_KEY, WIRED, WIRELESS

GOLDEN = Path(__file__).parent / "golden"
# Letters that break careless writers of YAML and TOML, and words YAML takes for something else.
AWKWARD = st.sampled_from(list("\"'\\:#{}[]&*!|>%@`, -?é日😀=~"))
PRINTABLE = st.characters(codec="utf-8", categories=["L", "N", "P", "S"])
WORDS = st.sampled_from(["no", "on", "0644", "1e3", "~", "null", "2024-08-05", "<<", "=", "0x1F"])
NAMES = st.one_of(WORDS, st.text(AWKWARD | PRINTABLE, min_size=1, max_size=8))


@pytest.mark.parametrize("cells", [WIRELESS, WIRED], ids=["wireless", "wired"])
def test_boot_files_are_letter_for_letter_the_golden_ones(cells: dict[str, str]) -> None:
    this = room(cells)
    written = {
        "user-data": render.user_data(this),
        "network-config": render.network_config(this),
        "meta-data": render.meta_data(this, f"{this.station}-000000000000"),
        "station.toml": settings_files.station_toml(this, "k1"),
        "sync.toml": settings_files.sync_toml(this),
    }
    folder = GOLDEN / this.station
    assert written == {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def test_the_wireless_key_is_derived_as_the_standard_does() -> None:
    # IEEE 802.11, annex J.4, first test vector.
    assert wifi_key("password", "IEEE") == "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"


def test_a_raw_wireless_key_is_taken_as_it_is() -> None:
    assert wifi_key("0F" * 32, "any") == "0f" * 32


def test_no_secret_shows_when_a_room_is_printed() -> None:
    this = room(WIRELESS)
    assert this.wifi is not None
    assert this.wifi.key not in repr(this)


@given(ssid=NAMES)
def test_any_network_name_survives_the_way_through_yaml(ssid: str) -> None:
    text = render.network_config(room(WIRELESS | {"wifi_ssid": ssid}))
    network = yaml.safe_load(text)
    assert list(network["network"]["wifis"]["wlan0"]["access-points"]) == [ssid]
    assert list(allow_list.objections(network, allow_list.NETWORK)) == []


@given(name=NAMES)
def test_any_name_survives_the_way_through_yaml_and_toml(name: str) -> None:
    this = room(WIRED | {"station": name, "hostname": name, "server": name})
    assert yaml.safe_load(render.user_data(this))["hostname"] == name
    assert tomllib.loads(settings_files.sync_toml(this))["station"] == name
    assert tomllib.loads(settings_files.station_toml(this, name))["token"]["key_id"] == name


def test_every_text_value_of_the_boot_files_is_quoted() -> None:
    for text in (render.user_data(room(WIRELESS)), render.network_config(room(WIRELESS))):
        for token in yaml.scan(text):
            if isinstance(token, yaml.ScalarToken) and token.plain:
                plain = {"true", "false", "null", "2"} | set(_keys(yaml.safe_load(text)))
                assert token.value in plain


def test_the_admin_may_look_but_has_neither_password_nor_root() -> None:
    admin = yaml.safe_load(render.user_data(room(WIRELESS)))["user"]
    assert admin == {
        "name": "rollbook-admin",
        "lock_passwd": True,
        "sudo": None,
        "ssh_authorized_keys": [SSH_KEY.rpartition(" ")[0]],
    }


def test_without_an_admin_key_no_login_server_is_started() -> None:
    document = yaml.safe_load(render.user_data(room(WIRED)))
    assert document["runcmd"] == [["sh", "/boot/firmware/rollbook/install.sh"]]
    assert "ssh_authorized_keys" not in document["user"]


def test_the_serial_port_belongs_to_the_reader_and_shows_no_login() -> None:
    document = yaml.safe_load(render.user_data(room(WIRED)))
    assert document["rpi"] == {"interfaces": {"serial": {"console": False, "hardware": True}}}


def test_the_wired_port_works_with_and_without_wifi() -> None:
    for cells in (WIRELESS, WIRED):
        network = yaml.safe_load(render.network_config(room(cells)))["network"]
        assert network["ethernets"] == {"eth0": {"dhcp4": True, "optional": True}}
        assert ("wifis" in network) == bool(cells.get("wifi_ssid"))


def _keys(value: object) -> list[str]:
    if isinstance(value, dict):
        return [str(key) for key in value] + [found for item in value.values() for found in _keys(item)]
    return [found for item in value for found in _keys(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("reader", READERS)
def test_a_station_takes_the_settings_of_every_reader_a_list_may_name(reader: str, tmp_path: Path) -> None:
    this = room(WIRED | {"reader": reader})
    (tmp_path / "station.toml").write_text(settings_files.station_toml(this, "k1"), encoding="utf-8")
    (tmp_path / "school.key").touch(mode=0o600)
    (found,) = config.read(tmp_path / "station.toml").readers
    assert found.port == READERS[reader]


def test_a_battery_clock_is_told_of_in_the_firmwares_settings() -> None:
    without, with_one = (settings_files.config_txt(room(WIRED | {"rtc": rtc})) for rtc in ("", "ds3231"))
    assert "i2c" not in without
    assert with_one.splitlines()[-3:] == [
        "dtparam=i2c_arm=on",
        "dtoverlay=i2c-rtc,ds3231",
        "# --- rollbook: end",
    ]
    assert [line for line in without.splitlines() if line] == [
        line for line in with_one.splitlines() if line and "i2c" not in line
    ]


def test_a_hidden_network_and_a_keyboard_are_asked_for_where_the_list_says_so() -> None:
    this = room(WIRELESS | {"wifi_hidden": "yes", "keyboard": "us"})
    (point,) = yaml.safe_load(render.network_config(this))["network"]["wifis"]["wlan0"][
        "access-points"
    ].values()
    assert point["hidden"] is True
    document = yaml.safe_load(render.user_data(this))
    assert document["keyboard"] == {"layout": "us"}
    assert list(allow_list.objections(document, allow_list.USER_DATA)) == []
