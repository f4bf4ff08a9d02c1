import io
import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import astuple
from pathlib import Path

import pytest

from station.clock import HandClock
from station.journal import FILE_NAME
from station.journal.file import WAL_BYTES
from station.listing import export, taps
from station.tap import TOKEN_BYTES, Json, Kind, Tap
from tests.fakes.station import IDENTITY, KEY_ID, open_journal

ROOT = Path(__file__).parents[2]
DAYS = 365
WEEKS, PERIODS, STUDENTS = 36, 6, 35
QUARTER_MS = 15 * 60_000
FIRST_QUARTER, QUARTERS = 32, 96  # a school day begins at eight
MOST_BYTES_AN_ENTRY = 450
MOST_RESIDENT_KIB = 40 * 1024

# What a station that starts does with its journal, in a fresh interpreter; the figures are of that alone.
OPEN = """
import json, sys, time
from pathlib import Path
from station.clock import HandClock
from station.journal import Identity, Journal
began = time.monotonic()
identity = Identity(*sys.argv[2:])
journal = Journal.open(Path(sys.argv[1]), identity, HandClock(boot=2).reading(), lambda: 5)
seconds = time.monotonic() - began
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps([journal.head.seq, seconds, int(status["VmRSS"].split()[0])]))
"""


def live(folder: Path, days: int) -> int:
    """Let a station live so many days of a school year, and return how many taps it took."""
    clock, dice, tapped = HandClock(), random.Random(1), 0  # noqa: S311 (the same cards each time)
    cards = [dice.randbytes(TOKEN_BYTES) for _ in range(STUDENTS)]
    with closing(open_journal(folder, clock)) as journal:
        for day in range(days):
            # Mondays to fridays of 36 weeks, which are 180.
            is_school_day = day % 7 < 5 and day < WEEKS * 7
            for quarter in range(QUARTERS):
                clock.advance(QUARTER_MS)
                if is_school_day and FIRST_QUARTER <= quarter < FIRST_QUARTER + 2 * PERIODS:
                    # Each student once on the way in and once on the way out.
                    tapped += len(cards)
                    presented = [Tap(card, KEY_ID, "nfc", {}, None).payload() for card in cards]
                    journal.append_all([(Kind.TAP, payload) for payload in presented], clock.reading())
                beacon: Json = {"t1": clock.raw_ms, "t2": clock.wall_ms, "t3": clock.wall_ms, "sig": "s" * 86}
                told = [(Kind.ALIVE, {"readers": {"nfc": "ready"}}), (Kind.BEACON, beacon)]
                journal.append_all(told, clock.reading())
                assert (folder / f"{FILE_NAME}-wal").stat().st_size <= WAL_BYTES
    return tapped


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(19, id="three weeks"),
        pytest.param(DAYS, id="whole", marks=[pytest.mark.soak, pytest.mark.timeout(900)]),
    ],
)
def test_a_school_year_is_kept_and_gone_on_with(
    tmp_path: Path, days: int, record_property: Callable[[str, object], None]
) -> None:
    tapped = live(tmp_path, days)
    path = tmp_path / FILE_NAME
    size = path.stat().st_size
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(path), *astuple(IDENTITY)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    entries, opened_s, resident_kib = json.loads(done.stdout)
    assert size <= entries * MOST_BYTES_AN_ENTRY
    assert resident_kib <= MOST_RESIDENT_KIB

    clock = HandClock(boot=3)
    with closing(open_journal(tmp_path, clock)) as journal:
        assert journal.append(Kind.ALIVE, {}, clock.reading()).seq == entries + 1
    began, shown = time.monotonic(), io.StringIO()
    taps(tmp_path, shown, limit=5, as_json=True)
    listed_s = time.monotonic() - began
    assert len(json.loads(shown.getvalue())) == 5
    exported = tmp_path / "study.sqlite"
    assert export(tmp_path, exported) == entries + 1
    with closing(sqlite3.connect(exported)) as study:
        (found,) = study.execute("SELECT COUNT(*) FROM entry WHERE kind = 'tap'").fetchone()
    assert found == tapped
    record_property(
        "figure",
        f"{days} days of a station: {entries} entries, {tapped} taps, {size / 1e6:.1f} MB on disk,"
        f" opened in {opened_s * 1000:.0f} ms, {resident_kib / 1024:.1f} MiB resident,"
        f" all verified and listed in {listed_s:.1f} s",
    )
