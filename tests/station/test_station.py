import sqlite3

import pytest

from station.journal import Journal
from station.reader import Credential
from station.tap import Kind
from tests.fakes.station import Bench


class Ballast:
    """What is kept for the day the disk is full; SQLite's own limit on pages plays the full disk."""

    def __init__(self, journal: Journal, *, holds: bool) -> None:
        self.asked = 0
        self._holds = holds
        connection: sqlite3.Connection = journal._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def make_room(self) -> bool:
        self.asked += 1
        return self._holds


def fill(bench: Bench, ballast: Ballast) -> str:
    """Tap until the disk was full; return what the last student was shown."""
    bench.station.disk = ballast
    for number in range(100):
        sign = bench.tap(Credential("uid", f"04{number:012x}", "iso-dep", 3, "x" * 400))
        if ballast.asked:
            return sign
    pytest.fail("the disk never was full")


@pytest.mark.invariant(1)
@pytest.mark.fault("D1")
def test_the_tap_that_finds_the_disk_full_is_stored_in_place_of_the_ballast(bench: Bench) -> None:
    ballast = Ballast(bench.journal, holds=True)
    assert fill(bench, ballast) == "WELCOME"
    assert [sign["sign"] for sign in bench.signs()] == ["WELCOME"] * len(bench.taps())
    assert (ballast.asked, bench.entries(Kind.GAP)) == (1, [])


@pytest.mark.invariant(5)
@pytest.mark.fault("D1")
def test_a_tap_that_finds_the_disk_full_and_no_ballast_is_said_to_be_lost(bench: Bench) -> None:
    assert fill(bench, Ballast(bench.journal, holds=False)) == "NOT_RECORDED"
    assert len(bench.taps()) == len(bench.signs()) - 1
