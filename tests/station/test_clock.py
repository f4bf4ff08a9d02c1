import ctypes
import errno
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.boot import boot_id_of, boot_ordinal
from station.clock import HandClock, PracticeClock, SystemClock
from station.errors import SettingsError
from station.kernel_time import KernelTime
from station.sync_stamp import SyncStamp


def test_the_machines_clocks_run_and_never_claim_to_be_better_than_half_a_second() -> None:
    clock = SystemClock(boot=4)
    first, second = clock.reading(), clock.reading()
    assert (first.boot, second.boot) == (4, 4)
    assert second.raw_ms >= first.raw_ms > 0
    assert second.bt_ms >= first.bt_ms
    assert first.max_error_ms >= 500
    assert first.sync_state in (0, 1)


def test_the_claimed_time_is_the_systems_and_is_aware_of_utc() -> None:
    before = time.time_ns() // 1_000_000
    now = SystemClock(boot=1).now()
    after = time.time_ns() // 1_000_000
    assert now.tzinfo is UTC
    assert before <= round(now.timestamp() * 1_000) <= after


def test_a_clock_set_by_hand_moves_all_its_hands_or_the_wall_alone() -> None:
    clock = HandClock(raw_ms=5, bt_ms=6, wall_ms=7)
    clock.advance(10)
    assert (clock.raw_ms, clock.bt_ms, clock.wall_ms) == (15, 16, 17)
    clock.set_wall(0)
    assert (clock.raw_ms, clock.bt_ms, clock.wall_ms) == (15, 16, 0)
    assert clock.now() == datetime(1970, 1, 1, tzinfo=UTC)
    clock.reboot()
    assert (clock.boot, clock.reading().raw_ms) == (2, 1_000)


def test_the_first_boot_is_number_one() -> None:
    assert boot_ordinal(None, "a") == 1


def test_a_process_that_starts_again_keeps_its_boots_number() -> None:
    assert boot_ordinal((7, "a"), "a") == 7


def test_another_boot_of_the_kernel_is_the_next_number() -> None:
    assert boot_ordinal((7, "a"), "b") == 8


def test_a_boot_whose_raw_clock_did_not_run_on_is_the_next_number() -> None:
    assert boot_ordinal((7, "a"), "a", ran_on=False) == 8


def test_a_boot_nobody_names_is_never_taken_for_the_one_before() -> None:
    assert boot_ordinal((7, ""), "") == 8


def test_a_boot_is_named_by_the_environment_or_else_by_the_kernel(tmp_path: Path) -> None:
    file = tmp_path / "boot_id"
    assert boot_id_of(file, {}) == ""
    file.write_text("de8f40d6-544b-4b75-b080-ef13720b01f6\n")
    assert boot_id_of(file, {}) == "de8f40d6544b4b75b080ef13720b01f6"
    assert boot_id_of(file, {"ROLLBOOK_BOOT_ID": "00ff"}) == "00ff"


def write(file: Path, **told: int) -> None:
    file.write_text(json.dumps(told))


def practice(file: Path) -> PracticeClock:
    return PracticeClock(file, HandClock(raw_ms=1_000, bt_ms=1_000, wall_ms=1_000))


def test_one_file_moves_the_time_of_every_practice_process(tmp_path: Path) -> None:
    file = tmp_path / "practice-clock.json"
    write(file, offset_ms=0)
    station, agent = practice(file), practice(file)
    assert station.reading().raw_ms == 1_000
    write(file, offset_ms=3_600_000)
    for clock in (station, agent):
        reading = clock.reading()
        assert (reading.raw_ms, reading.bt_ms, reading.wall_ms) == (3_601_000, 3_601_000, 3_601_000)
        assert clock.now() == datetime(1970, 1, 1, 1, 0, 1, tzinfo=UTC)


def test_a_rehearsal_may_lie_in_the_past_and_still_only_move_forward(tmp_path: Path) -> None:
    file = tmp_path / "practice-clock.json"
    write(file, offset_ms=-700, start_ms=-900)
    clock = practice(file)
    reading = clock.reading()
    assert (reading.raw_ms, reading.bt_ms, reading.wall_ms) == (1_200, 1_200, 300)
    write(file, offset_ms=-600, start_ms=-100_000)
    reading = clock.reading()
    assert (reading.raw_ms, reading.bt_ms, reading.wall_ms) == (1_300, 1_300, 400)


def test_practice_time_never_runs_back(tmp_path: Path) -> None:
    file = tmp_path / "practice-clock.json"
    write(file, offset_ms=500)
    clock = practice(file)
    assert clock.reading().raw_ms == 1_500
    write(file, offset_ms=40)
    assert clock.reading().raw_ms == 1_500
    file.write_text("{half a file")
    assert clock.reading().raw_ms == 1_500
    file.unlink()
    assert clock.reading().raw_ms == 1_500
    write(file, offset_ms=70_000)
    assert clock.reading().raw_ms == 71_000


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"offset_ms": null}'])
def test_a_rehearsal_without_a_clock_file_does_not_begin(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "practice-clock.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingsError, match="practice clock cannot be read"):
        practice(file)


def test_a_kernel_that_answers_refuses_nothing_and_one_that_does_not_is_not_synchronised(
    tmp_path: Path,
) -> None:
    assert KernelTime().refusal() is None

    def refuse(_timex: object) -> int:
        ctypes.set_errno(errno.EPERM)
        return -1

    forbidden = KernelTime(SyncStamp(tmp_path / "no-timesyncd" / "synchronized"))
    forbidden._adjtimex = refuse
    assert forbidden.refusal() == "Operation not permitted"
    assert forbidden.quality() == (False, 0)
