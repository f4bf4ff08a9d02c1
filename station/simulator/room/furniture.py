"""The folder of a practice room: settings marked as practice, a key of its own, a clock, a roster."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from station.config import KEY_BYTES, StationSettings, read
from station.errors import SettingsError
from station.journal import FILE_NAME as JOURNAL_FILE
from station.roster import FILE_NAME as ROSTER_FILE
from station.roster import compose
from station.simulator.room.cast import CAST, token_of
from station.status import FILE_NAME as STATUS_FILE

STATION: Final = "practice"
_KEY_ID: Final = "practice"
_LINKS: Final = ("reader", "scanner", "fob-reader")
# Other speeds than the one after power-on, so that a crash leaves the chip as a crash would.
_SETTINGS: Final = """\
# A practice room. What is recorded here says so for ever, and counts nowhere.
station = "practice"
school = "00000000000000"
state_dir = "state"
[token]
key_id = "practice"
key = "school.key"
[[readers]]
name = "nfc"
kind = "pn532"
port = "{folder}/reader"
baud = 921600
[[readers]]
name = "scanner"
kind = "serial-line"
port = "{folder}/scanner"
baud = 9600
format = "lines"
[[readers]]
name = "fob-reader"
kind = "serial-line"
port = "{folder}/fob-reader"
baud = 9600
format = "rdm6300"
[panel]
kind = "recorded"
record_to = "panel.jsonl"
[practice]
clock = "clock.json"
"""


@dataclass(frozen=True, slots=True)
class Folder:
    """Where everything of the room is."""

    path: Path

    @property
    def settings(self) -> Path:
        """The station's settings."""
        return self.path / "station.toml"

    @property
    def key(self) -> Path:
        """The key the tokens are made with."""
        return self.path / "school.key"

    @property
    def clock(self) -> Path:
        """By how much time has been moved on."""
        return self.path / "clock.json"

    @property
    def panel(self) -> Path:
        """What the panel was told to show."""
        return self.path / "panel.jsonl"

    @property
    def log(self) -> Path:
        """What the station logged."""
        return self.path / "station.log"

    @property
    def wallet(self) -> Path:
        """The phones made here."""
        return self.path / "wallet"

    @property
    def state(self) -> Path:
        """The station's own folder."""
        return self.path / "state"

    @property
    def journal(self) -> Path:
        """The evidence."""
        return self.state / JOURNAL_FILE

    @property
    def status(self) -> Path:
        """What the station says of itself."""
        return self.state / STATUS_FILE

    def links(self) -> list[str]:
        """Return the options that tell the bench where its ports are to appear."""
        options = zip(("--link", "--scanner-link", "--fob-link"), _LINKS, strict=True)
        return [word for option, name in options for word in (option, str(self.path / name))]

    def school_key(self) -> bytes:
        """Return the key the tokens are made with."""
        return read(self.settings).token.key.hex_bytes(KEY_BYTES)

    def move_clock(self, ms: int) -> None:
        """Let so much time go by, for every program of the room."""
        told = json.loads(self.clock.read_text(encoding="utf-8"))
        draft = self.clock.with_suffix(".new")
        draft.write_text(json.dumps({**told, "offset_ms": told["offset_ms"] + ms}), encoding="utf-8")
        draft.replace(self.clock)


def furnish(path: Path, draw: Callable[[int], bytes], now: datetime) -> Folder:
    """Return a room in this folder: the one there already, or a new one.

    Raises SettingsError for a folder with anything else in it.
    """
    folder = Folder(path.absolute())
    if folder.settings.exists():
        _insist_on_practice(folder, read(folder.settings))
        return folder
    if folder.path.exists() and any(folder.path.iterdir()):
        msg = f"{folder.path} holds other files; name a folder that is empty, or not there yet"
        raise SettingsError(msg)
    folder.state.mkdir(mode=0o700, parents=True)
    folder.key.touch(mode=0o600)
    folder.key.write_text(draw(KEY_BYTES).hex() + "\n", encoding="ascii")
    folder.clock.write_text(json.dumps({"offset_ms": 0, "start_ms": 0}), encoding="utf-8")
    # The settings come last: a room half furnished is no room.
    folder.settings.write_text(_SETTINGS.format(folder=folder.path), encoding="utf-8")
    (folder.state / ROSTER_FILE).write_text(_roster(folder.school_key(), now), encoding="utf-8")
    return folder


def _insist_on_practice(folder: Folder, settings: StationSettings) -> None:
    if settings.practice is None or settings.panel.record_to is None:
        msg = f"{folder.settings}: this is no practice room; name another folder"
        raise SettingsError(msg)


def _roster(key: bytes, now: datetime) -> str:
    expected: list[bytes] = []
    staff: list[bytes] = []
    for person in CAST.values():
        made = token_of(person.words, key)
        if made is None:
            continue
        if person.is_expected:
            expected.append(made)
        if person.is_staff:
            staff.append(made)
    return compose(STATION, 1, _KEY_ID, expected, now + timedelta(days=365), staff=staff)
