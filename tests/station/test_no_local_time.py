"""A station writes down what its clocks read and never what they mean in the place where it hangs."""

import ast
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.clock import HandClock
from station.journal import FILE_NAME, JournalReader
from station.tap import Kind
from station.upkeep import Rounds
from tests.fakes.station import ANA, BEN, Bench, open_journal
from tests.health import source

# What asks for a zone, for its offset or for its summer, under whatever name it was imported.
LOCAL = {
    "altzone",
    "astimezone",
    "ctime",
    "daylight",
    "dst",
    "fromtimestamp",
    "localtime",
    "mktime",
    "timezone",
    "today",
    "tzname",
    "tzset",
    "utcnow",
    "utcoffset",
    "zoneinfo",
}
NAIVE = {"datetime.datetime.now", "datetime.now"}
"""What gives local time unless told otherwise; the station's own clock has a `now` that is of UTC."""
ZONES = ["America/Los_Angeles", "Pacific/Kiritimati"]
BEFORE_SUMMER_MS = 1_772_963_999_000
"""A second before Los Angeles sets its clocks forward in March 2026."""


def local_time_in(tree: ast.Module) -> list[str]:
    """Return every mention of local time, with its line."""
    named = source.mentions(tree)
    found = [f"{line} {name}" for line, name in named if name in NAIVE or LOCAL & set(name.split("."))]
    return found + [name for name in source.imports(tree) if name.split(".")[0] in {"zoneinfo", "tzdata"}]


@pytest.mark.invariant(26)
def test_nothing_in_the_station_knows_of_a_time_zone() -> None:
    files = [name for name in source.product_files() if name.startswith("station/")]
    assert len(files) > 50
    assert [f"{name}:{found}" for name in files for found in local_time_in(source.syntax(name))] == []


@pytest.mark.parametrize(
    "planted",
    [
        "from zoneinfo import ZoneInfo",
        "import time\ntime.localtime()",
        "from time import localtime as here\nhere()",
        "import datetime\ndatetime.datetime.now()",
        "def f(at):\n    return at.astimezone()",
        "def f(at):\n    return at.dst()",
    ],
)
def test_a_mention_of_local_time_is_noticed(planted: str) -> None:
    assert len(local_time_in(ast.parse(planted))) >= 1


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    with monkeypatch.context() as patch:
        yield patch
    time.tzset()


@pytest.mark.invariant(26)
@pytest.mark.fault("T7")
def test_a_journal_is_the_same_to_the_byte_wherever_the_station_hangs(
    tmp_path: Path, zone: pytest.MonkeyPatch
) -> None:
    journals = []
    for name in ZONES:
        zone.setenv("TZ", name)
        time.tzset()
        folder = tmp_path / name.replace("/", "-")
        folder.mkdir()
        bench = Bench(folder, HandClock(wall_ms=BEFORE_SUMMER_MS))
        for credential in (ANA, BEN):
            bench.tap(credential)
            bench.clock.advance(61_000)
        reader = JournalReader(folder / FILE_NAME)
        journals.append(reader.rows(reader.epochs()[0], 0))
        bench.close()
    assert journals[0] == journals[1]
    # The hour that summer skips is no step of the clock.
    assert b"step" not in b"".join(row.body for row in journals[0])


STEPS_MS = [2 * 3_600_000, -2 * 3_600_000, 70 * 86_400_000, -70 * 86_400_000]
WALLS_MS = [0, 1_789_000_000_000, 2_147_483_648_000, 4_102_444_800_000]
"""1970, the present, the end of 32 bits, 2100."""


@pytest.mark.invariant(27)
@pytest.mark.fault("T4")
def test_steps_of_the_wall_clock_change_neither_the_order_nor_the_pace_of_anything(
    rounds: Rounds, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    clock, began_ms = bench.clock, bench.clock.raw_ms
    walls = [*WALLS_MS, *(clock.wall_ms + step_ms for step_ms in STEPS_MS)]
    for number in range(4 * 60):
        if number % 15 == 7:
            clock.set_wall(walls[number // 15 % len(walls)])
        (bench.folder / "inbox" / f"{number}-seal.json").write_text(f'{{"kind":"seal","payload":{number}}}')
        rounds.tick()
        assert bench.tap(ANA) == "WELCOME"
        clock.advance(61_000)
    entries = bench.entries()
    assert [entry.reading.raw_ms for entry in entries] == sorted(entry.reading.raw_ms for entry in entries)
    alive = [entry.reading.raw_ms - began_ms for entry in entries if entry.kind == "alive"]
    # Every quarter of an hour, at the look that follows it.
    assert alive == [number * 61_000 * 15 for number in range(4 * 60 // 15)]
    assert [entry.payload for entry in entries if entry.kind == "seal"] == list(range(4 * 60))
    assert len(bench.taps()) == 4 * 60
    assert sum(entry.kind == "step" for entry in entries) == 4 * 60 // 15
    assert caplog.text == ""


@pytest.mark.fault("T3")
@pytest.mark.parametrize("wall_ms", [*WALLS_MS, 1_789_000_000_000 - 70 * 86_400_000])
def test_a_station_begins_and_goes_on_whatever_year_its_clock_believes_in(
    tmp_path: Path, wall_ms: int
) -> None:
    clock = HandClock(wall_ms=wall_ms)
    open_journal(tmp_path, clock).close()
    clock.reboot()
    clock.set_wall(wall_ms // 2)
    again = open_journal(tmp_path, clock)
    assert again.append(Kind.ALIVE, {}, clock.reading()).seq == 2
    again.close()
