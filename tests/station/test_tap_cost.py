from pathlib import Path

import pytest

from benchmarks.tap_trace import SPOILS, Counted, count, is_found

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(not is_found(), reason="strace is not installed"),
]

TAPS = 160
"""More than it takes for the write-ahead log to be carried into the file once."""
MOST_BYTES = 15_000


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    return count(tmp_path_factory.mktemp("sound"), TAPS)


@pytest.mark.invariant(1)
def test_between_a_card_and_its_green_light_lies_one_flush_and_no_other(counted: Counted) -> None:
    assert list(counted.flushes) == [1] * TAPS


def test_a_tap_writes_at_most_twice_the_pages_of_a_bare_append(counted: Counted) -> None:
    assert counted.bytes_per_tap <= 2 * counted.bytes_per_append
    assert counted.bytes_per_tap <= MOST_BYTES


@pytest.mark.parametrize("spoil", [name for name in SPOILS if name])
def test_a_journal_that_flushes_too_seldom_or_too_often_is_noticed(tmp_path: Path, spoil: str) -> None:
    counted = count(tmp_path, 12, spoil)
    assert all(flushes != 1 for flushes in counted.flushes)
