import json
import logging
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.tap import Kind
from station.told import DEFAULTS, FILE_NAME, MOST_BYTES, Told, ToldFile
from station.upkeep import ALIVE_MS, CONFIG_MS, Rounds
from tests.fakes.station import BEN, Bench

VALUES = {"alive_s": 120}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def tell(file: Path, version: object = 3, values: object = None, **more: object) -> None:
    """Put a configuration in place as the agent does."""
    draft = file.with_name(".config.json")
    draft.write_text(json.dumps({"version": version, "values": VALUES if values is None else values, **more}))
    draft.replace(file)


def test_an_untold_station_does_what_it_does_without_a_word(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert ToldFile(file).current() == DEFAULTS == Told(None, 900)
    assert caplog.text == ""


def test_what_is_told_is_taken_and_so_is_what_follows_it(file: Path) -> None:
    told = ToldFile(file)
    tell(file)
    assert told.current() == Told(3, 120)
    tell(file, 4, {"alive_s": 900})
    assert told.current() == Told(4, 900)
    file.unlink()
    assert told.current() == DEFAULTS


@pytest.mark.parametrize("alive_s", [59, 901, 0, -1, 120.0, True, None, "120", [], 10**400])
def test_what_is_out_of_bounds_is_not_half_obeyed(file: Path, alive_s: object) -> None:
    told = ToldFile(file)
    tell(file, 3, {"alive_s": alive_s})
    assert told.current() == DEFAULTS


@pytest.mark.parametrize("version", [-1, 2**63, 1.0, True, None, "3"])
def test_a_version_is_a_whole_number(file: Path, version: object) -> None:
    tell(file, version)
    assert ToldFile(file).current() == DEFAULTS


@pytest.mark.invariant(36)
@pytest.mark.fault("E3")
@pytest.mark.parametrize(
    "values",
    [
        {"alive_s": 120, "journal": "/dev/null"},
        {"alive_s": 120, "state_dir": "/"},
        {"alive_s": 120, "drop": True},
        {"drop": "entry"},
        {},
    ],
)
def test_a_value_nobody_may_set_is_refused_with_all_beside_it(file: Path, values: object) -> None:
    tell(file, 3, values)
    assert ToldFile(file).current() == DEFAULTS


def test_a_broken_file_is_told_of_once(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    told = ToldFile(file)
    file.write_text("{")
    assert [told.current() for _ in range(3)] == [DEFAULTS] * 3
    assert caplog.text.count("config.refused") == 1


def test_what_is_no_file_of_ours_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file)
    assert ToldFile(file).current() == DEFAULTS
    file.unlink()
    file.symlink_to("/dev/zero")
    assert ToldFile(file).current() == DEFAULTS
    file.unlink()
    file.mkdir()
    assert ToldFile(file).current() == DEFAULTS


def test_a_file_too_large_is_not_read_whole(file: Path) -> None:
    tell(file)
    file.write_text(file.read_text() + " " * (MOST_BYTES - file.stat().st_size))
    assert ToldFile(file).current() == Told(3, 120)
    file.write_text(file.read_text() + " ")
    assert ToldFile(file).current() == DEFAULTS


def test_signs_of_life_come_as_often_as_central_says(rounds: Rounds, bench: Bench) -> None:
    rounds.tick()
    tell(bench.folder / FILE_NAME)
    for _ in range(24):
        bench.clock.advance(CONFIG_MS)
        rounds.tick()
    assert len(bench.entries(Kind.ALIVE)) == 1 + 240 // 120
    assert json.loads(rounds.status_file.read_text())["config"] == 3


def test_the_configuration_is_looked_at_every_ten_seconds_and_no_oftener(
    rounds: Rounds, bench: Bench
) -> None:
    rounds.tick()
    tell(bench.folder / FILE_NAME)
    bench.clock.advance(CONFIG_MS - 1)
    rounds.tick()
    assert json.loads(rounds.status_file.read_text())["config"] is None
    bench.clock.advance(1_000)
    rounds.tick()
    assert json.loads(rounds.status_file.read_text())["config"] == 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
VERBS = st.sampled_from(
    "alive_s state_dir path journal drop interval sql kinds poll_s sidecar ballast".split()
)
PROPER = st.fixed_dictionaries(
    {"version": JSON | st.integers(0, 99), "values": st.dictionaries(VERBS, JSON | st.integers(-9, 4_000))}
)
ANY_FILE = st.binary(max_size=64) | (JSON | PROPER).map(lambda value: json.dumps(value).encode())


@pytest.mark.invariant(36)
@pytest.mark.fault("E3")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=ANY_FILE)
def test_no_configuration_can_stop_or_touch_the_journal(rounds: Rounds, bench: Bench, content: bytes) -> None:
    (bench.folder / FILE_NAME).write_bytes(content)
    before, names = bench.entries(), {file.name for file in bench.folder.iterdir()}
    bench.clock.advance(CONFIG_MS)
    rounds.tick()
    alive = len(bench.entries(Kind.ALIVE))
    assert bench.tap(BEN) == "WELCOME"
    assert len(bench.taps()) == sum(entry.kind == Kind.TAP for entry in before) + 1
    # Between a minute and an hour, whatever it says.
    bench.clock.advance(59_999 - CONFIG_MS)
    rounds.tick()
    assert len(bench.entries(Kind.ALIVE)) <= alive + 1
    bench.clock.advance(3_600_000)
    rounds.tick()
    assert len(bench.entries(Kind.ALIVE)) > alive
    assert bench.entries()[: len(before)] == before
    assert (
        names
        <= {file.name for file in bench.folder.iterdir()}
        <= names | {"status.json", "vitals.json", "ballast"}
    )
    assert (bench.folder / FILE_NAME).read_bytes() == content
    assert bench.station.losses.count == 0


def test_until_told_otherwise_a_quarter_of_an_hour_lies_between_signs_of_life() -> None:
    assert ALIVE_MS == 15 * 60_000
