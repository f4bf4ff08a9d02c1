"""What a station's machine tells of itself: as its kernel says, seldom written, and never in a tap's way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from station.told import BLINK_FILE
from station.upkeep import CONFIG_MS, Rounds
from station.vitals import PERIOD_MS, Vitals, identity, now
from tests.fakes.rounds import signs
from tests.fakes.station import Bench

FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"
HEAT = "sys/class/thermal/thermal_zone0/temp"


def put(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("0\n", (False, False, False)), ("50000\n", (False, True, False)), ("0x50005\n", (True, True, True))],
)
def test_the_firmware_of_a_pi_says_how_its_supply_is(
    tmp_path: Path, said: str, meant: tuple[bool, bool, bool]
) -> None:
    put(tmp_path, FIRMWARE, said)
    put(tmp_path, HEAT, "61250\n")
    assert now(tmp_path) == {
        "temp_c": 61,
        **dict(zip(("low_voltage", "low_voltage_since_boot", "throttled"), meant, strict=True)),
    }


def test_where_the_firmware_says_nothing_the_sensor_of_the_supply_is_asked(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert now(tmp_path) == {"low_voltage": True}


@pytest.mark.parametrize("said", ["", "warm", "-", "9" * 9_000, "\x00\xff"])
def test_a_machine_that_says_nothing_or_nonsense_is_left_out(tmp_path: Path, said: str) -> None:
    put(tmp_path, HEAT, said)
    put(tmp_path, FIRMWARE, f"{said}g")
    assert now(tmp_path) == {}


def test_board_and_system_are_named_in_few_words(tmp_path: Path) -> None:
    put(tmp_path, "proc/device-tree/model", "Raspberry Pi 3 Model B Rev 1.2\0")
    put(tmp_path, "etc/os-release", 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n\nodd\n')
    found = identity(tmp_path)
    assert found["model"] == "Raspberry Pi 3 Model B Rev 1.2"
    assert found["os"] == "Debian GNU/Linux 13 (trixie)"
    assert {"sw", "python", "kernel"} <= found.keys()
    put(tmp_path, "proc/device-tree/model", "x" * 500)
    assert len(str(identity(tmp_path)["model"])) == 60


def test_it_is_written_every_five_minutes_at_most_and_only_when_something_is_new(tmp_path: Path) -> None:
    vitals = Vitals(tmp_path / "vitals.json", tmp_path)
    vitals.tell(0)
    put(tmp_path, HEAT, "50000")
    vitals.tell(PERIOD_MS - 1)
    assert "temp_c" not in json.loads(vitals.file.read_text())
    vitals.tell(PERIOD_MS)
    assert json.loads(vitals.file.read_text())["temp_c"] == 50
    vitals.file.unlink()
    vitals.tell(2 * PERIOD_MS)
    assert not vitals.file.exists()


def test_how_long_the_disk_took_over_a_sign_of_life_is_told(rounds: Rounds, bench: Bench) -> None:
    stored = bench.journal.append

    def slowly(*entry: object) -> object:
        bench.clock.advance(730)
        return stored(*entry)  # type: ignore[arg-type]  # handed on as it came

    bench.station.journal.append = slowly  # type: ignore[method-assign,assignment]  # a slow disk
    rounds.tick()
    assert json.loads((bench.folder / "vitals.json").read_text())["flush_ms"] == 730


def test_a_station_shows_once_which_it_is_when_it_is_asked(rounds: Rounds, bench: Bench) -> None:
    rounds.tick()
    (bench.folder / BLINK_FILE).touch()
    bench.clock.advance(CONFIG_MS)
    rounds.tick()
    assert signs(bench).count("HERE") == 1
    before = bench.journal.head
    bench.clock.advance(CONFIG_MS)
    rounds.tick()
    assert (signs(bench).count("HERE"), bench.journal.head) == (1, before)


def test_a_request_that_cannot_be_taken_away_is_not_shown_again_and_again(
    rounds: Rounds, bench: Bench
) -> None:
    (bench.folder / BLINK_FILE).mkdir()
    rounds.tick()
    assert "HERE" not in signs(bench)
