import ctypes
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from station.kernel_time import KernelTime
from station.sync_stamp import SyncStamp

HOUR_S = 3_600
S = 1_000_000_000
SET_S = 1_789_000_000


@dataclass(slots=True)
class Clocks:
    """A wall clock and a raw one that a test moves."""

    wall_s: float = SET_S
    raw_s: float = 100.0

    def pass_s(self, seconds: float) -> None:
        self.wall_s += seconds
        self.raw_s += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def mark(tmp_path: Path) -> Callable[[float], None]:
    file = tmp_path / "timesync" / "synchronized"
    file.parent.mkdir()

    def touch(at_s: float) -> None:
        file.touch()
        os.utime(file, (at_s, at_s))

    return touch


@pytest.fixture
def stamp(tmp_path: Path, clocks: Clocks) -> SyncStamp:
    file = tmp_path / "timesync" / "synchronized"
    return SyncStamp(file, lambda: int(clocks.wall_s * S), lambda: int(clocks.raw_s * S))


@pytest.mark.usefixtures("mark")
def test_a_clock_never_set_is_not_synchronised(stamp: SyncStamp) -> None:
    assert stamp.is_kept()
    assert stamp.quality() == (False, 0)


def test_a_clock_grows_worse_from_its_last_setting_on_until_it_is_not_believed(
    mark: Callable[[float], None], stamp: SyncStamp, clocks: Clocks
) -> None:
    mark(SET_S)
    assert stamp.quality() == (True, 0)
    clocks.pass_s(HOUR_S)
    assert stamp.quality() == (True, 1_800)
    clocks.pass_s(8 * HOUR_S)
    is_synchronised, error_ms = stamp.quality()
    assert (is_synchronised, error_ms) == (False, 16_200)
    mark(clocks.wall_s)
    assert stamp.quality() == (True, 0)


@pytest.mark.parametrize("by_s", [-HOUR_S, -2, 2, HOUR_S])
def test_a_clock_somebody_set_by_hand_is_not_synchronised_until_it_is_set_right(
    mark: Callable[[float], None], stamp: SyncStamp, clocks: Clocks, by_s: float
) -> None:
    mark(SET_S)
    assert stamp.quality()[0]
    clocks.pass_s(60)
    clocks.wall_s += by_s
    assert not stamp.quality()[0]
    clocks.wall_s -= by_s
    mark(clocks.wall_s)
    assert stamp.quality() == (True, 0)


def test_a_mark_from_the_future_proves_nothing(
    mark: Callable[[float], None], stamp: SyncStamp, clocks: Clocks
) -> None:
    mark(SET_S)
    clocks.wall_s -= HOUR_S
    assert not stamp.quality()[0]


def test_where_the_sandbox_forbids_asking_the_kernel_timesyncd_answers(
    mark: Callable[[float], None], stamp: SyncStamp, tmp_path: Path
) -> None:
    def refuse(_timex: object) -> int:
        ctypes.set_errno(errno.EPERM)
        return -1

    forbidden = KernelTime(stamp)
    forbidden._adjtimex = refuse
    assert forbidden.refusal() is None
    mark(SET_S)
    assert forbidden.quality() == (True, 0)
    (tmp_path / "timesync" / "synchronized").unlink()
    (tmp_path / "timesync").rmdir()
    assert forbidden.refusal() == "Operation not permitted"
    assert forbidden.quality() == (False, 0)
