"""The made-up school on disk: one server, six stations, and the clock they share."""

import json
import shutil
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

from demo.narrator import StoryError
from demo.school import Section

ZONE = ZoneInfo("America/Los_Angeles")
_MARKER = "made-by-the-demo"
_SERVER = """\
data_dir = "data"
host = "127.0.0.1"
port = 0
time_zone = "America/Los_Angeles"
[practice]
clock = "../clock.json"
"""
_STATION = """\
station = "{station}"
school = "{school}"
state_dir = "{state}"
[token]
key_id = "k1"
key = "{key}"
[[readers]]
name = "nfc"
kind = "pn532"
port = "{folder}/nfc"
[[readers]]
name = "fob-reader"
kind = "serial-line"
port = "{folder}/fob-reader"
baud = 9600
format = "rdm6300"
[panel]
kind = "{panel}"
[practice]
clock = "{clock}"
"""
_AGENT = """\
station = "{station}"
state_dir = "{state}"
server = "http://127.0.0.1:{port}"
server_key = "{keys}/server-ack.pub"
config_key = "{keys}/server-config.pub"
signing_key = "{folder}/station.key"
[timing]
poll_s = 2
linger_s = 1
[practice]
clock = "{clock}"
"""


@dataclass(frozen=True, slots=True)
class Room:
    """One room's station: where its files are."""

    section: Section
    folder: Path

    @property
    def state(self) -> Path:
        """The folder the station and its agent share."""
        return self.folder / "state"

    @property
    def station_config(self) -> Path:
        """The station's configuration file."""
        return self.folder / "station.toml"

    @property
    def agent_config(self) -> Path:
        """The agent's configuration file."""
        return self.folder / "sync.toml"

    @property
    def signing_key(self) -> Path:
        """The key made on this station."""
        return self.folder / "station.key"


class Premises:
    """Everything the story writes, below one folder that a later story may clear away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.clock = self.folder / "clock.json"
        self.server = self.folder / "server"
        self.server_config = self.server / "central.toml"
        self.keys = self.server / "data" / "keys"
        self.files = self.folder / "files"
        self.reports = self.folder / "reports"
        self.logs = self.folder / "logs"

    def clear(self) -> None:
        """Make the folder anew; refuse one with something in it that no story made."""
        if self.folder.exists() and any(self.folder.iterdir()):
            if not (self.folder / _MARKER).exists():
                msg = f"{self.folder} holds other files; give the demo an empty --folder"
                raise StoryError(msg)
            shutil.rmtree(self.folder)
        for folder in (self.server, self.files, self.reports, self.logs):
            folder.mkdir(parents=True)
        (self.folder / _MARKER).touch()
        self.server_config.write_text(_SERVER, encoding="utf-8")

    def room(self, section: Section) -> Room:
        """Return where a section's station keeps its files."""
        return Room(section, self.folder / "stations" / section.station)

    def furnish(self, room: Room, school_code: str, panel: str, port: int) -> None:
        """Write a station's and its agent's configuration; the agent reaches the server on `port`."""
        room.state.mkdir(parents=True, exist_ok=True)
        told = {
            "station": room.section.station,
            "school": school_code,
            "state": room.state,
            "folder": room.folder,
            "key": self.keys / "school.key",
            "keys": self.keys,
            "panel": panel,
            "port": port,
            "clock": self.clock,
        }
        room.station_config.write_text(_STATION.format(**told), encoding="utf-8")
        room.agent_config.write_text(_AGENT.format(**told), encoding="utf-8")

    def roster_version(self, room: Room) -> int:
        """Return the version of the roster the server has published for a room."""
        signed = json.loads((self.server / f"data/rosters/{room.section.station}.json").read_text("ascii"))
        return int(json.loads(signed["note"])["version"])

    def move_clock(self, to: datetime) -> None:
        """Let it be `to`, or later where it is later already, for every program of the school."""
        offset_ms = int((to.timestamp() - time.time()) * 1000)
        told = {"start_ms": offset_ms, "offset_ms": offset_ms}
        if self.clock.exists():
            told = json.loads(self.clock.read_text(encoding="utf-8"))
            offset_ms = max(offset_ms, told["offset_ms"])
        beside = self.clock.with_suffix(".new")
        beside.write_text(json.dumps({**told, "offset_ms": offset_ms}), encoding="utf-8")
        beside.replace(self.clock)


def at(on: date, clock: str, minutes: float = 0) -> datetime:
    """Return a school date's wall-clock time such as "08:30", moved by `minutes`, as an aware instant."""
    return datetime.combine(on, time_of_day.fromisoformat(clock), ZONE) + timedelta(minutes=minutes)
