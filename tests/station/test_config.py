from pathlib import Path

import pytest

from station import config
from station.check_settings import effective
from station.errors import SettingsError
from station.panel.settings import Pins

GOOD = """
station = "st-r101"
school = "34000000123456"
state_dir = "state"
[token]
key_id = "k1"
key = "school.key"
[[readers]]
name = "nfc"
kind = "pn532"
port = "/dev/ttyAMA0"
[panel]
kind = "gpio"
quiet = true
[panel.pins]
buzzer = 12
"""


def write(folder: Path, text: str = GOOD) -> Path:
    file = folder / "station.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_station_is_one_file_with_sound_defaults(tmp_path: Path) -> None:
    settings = config.read(write(tmp_path))
    assert settings.station == "st-r101"
    assert settings.state_dir == tmp_path / "state"
    assert settings.panel.pins == Pins(buzzer=12)
    assert settings.panel.quiet
    assert settings.practice is None
    assert [reader.name for reader in settings.readers] == ["nfc"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"st-r101"', '"Room 101"', "station is 'Room 101'; give lower-case letters"),
        ('"st-r101"', '"../etc"', "station is '../etc'; give lower-case letters"),
        ('"st-r101"', f'"{"a" * 64}"', "63 at most"),
        ("[[readers]]", "[[readers]]\nname='nfc'\nkind='pn532'\nport='x'\n[[readers]]", "a name of its own"),
        ("buzzer = 12", "buzzer = 17", "two lamps share a pin"),
        ("buzzer = 12", "buzzer = 8", "pin 8 is not free for a lamp"),
        ("buzzer = 12", "buzzer = 28", "pin 28 is not free for a lamp"),
        ("buzzer = 12", "buzzer = 15", "pin 15 is not free for a lamp"),
        ('"gpio"', '"gpio"\nrecord_to = "x"', "go together"),
        ('"gpio"', '"recorded"', "go together"),
        ('"gpio"', '"hologram"', "give one of 'gpio', 'terminal', 'recorded'"),
        ('"pn532"', '"magic"', "kind is 'magic'"),
    ],
)
def test_a_station_that_could_not_work_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        config.read(write(tmp_path, GOOD.replace(old, new, 1)))
    assert says in str(caught.value)


def test_a_station_without_any_reader_is_refused(tmp_path: Path) -> None:
    head, tail = GOOD[: GOOD.index("[token]")], GOOD[GOOD.index("[token]") : GOOD.index("[[readers]]")]
    text = head + "readers = []\n" + tail + '[panel]\nkind = "gpio"\n'
    with pytest.raises(SettingsError, match="one at least"):
        config.read(write(tmp_path, text))


def test_every_setting_in_force_says_where_it_comes_from(tmp_path: Path) -> None:
    file = write(tmp_path)
    lines = effective(config.read(file), file)
    assert lines[0] == f"file {file}"
    for line in (
        "station = st-r101 (file)",
        f"token.key = file {tmp_path / 'school.key'} (file)",
        "readers[1].port = /dev/ttyAMA0 (file)",
        "readers[1].baud = 115200 (default)",
        "panel.pins.buzzer = 12 (file)",
        "panel.pins.left = 17 (default)",
        "practice = none (default)",
    ):
        assert line in lines
