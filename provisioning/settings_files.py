"""The settings of station and agent, and what the firmware is told, as a pure function of the room."""

import json
from string import Template

from provisioning.render import template
from provisioning.room import Room

_READERS = {
    "pn532": 'kind = "pn532"\nport = $port\nbaud = 115200\nreset_pin = 25\n',
    "nfc-usb": 'kind = "nfc-usb"\nport = $port\n',
    "rdm6300": 'kind = "serial-line"\nformat = "rdm6300"\nport = $port\nbaud = 9600\n',
}
_CLOCKS = {"ds3231": "dtparam=i2c_arm=on\ndtoverlay=i2c-rtc,ds3231\n"}


def station_toml(room: Room, key_id: str) -> str:
    """Return the settings of `rollbook-station`; `key_id` names the school key that makes tokens."""
    return template("station.toml").substitute(
        station=_toml(room.station),
        school=_toml(room.school),
        key_id=_toml(key_id),
        reader=Template(_READERS[room.reader]).substitute(port=_toml(room.port)),
    )


def sync_toml(room: Room, *, has_own_authority: bool = False) -> str:
    """Return the settings of `rollbook-sync`; with an authority of the school's own no other is trusted."""
    text = template("sync.toml").substitute(station=_toml(room.station), server=_toml(room.server))
    return text + ('ca_file = "server-ca.pem"\n' if has_own_authority else "")


def config_txt(room: Room) -> str:
    """Return what is added to the firmware's `config.txt`: serial port, watchdog, battery clock."""
    return template("config.txt").substitute(clock=_CLOCKS[room.system.rtc] if room.system.rtc else "")


def _toml(text: str) -> str:
    # Of printable text JSON escapes exactly the quote and the backslash, as TOML does.
    return json.dumps(text, ensure_ascii=False)
