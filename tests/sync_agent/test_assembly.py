"""How the agent is put together: the boot it belongs to, the moment of its first talk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from station.boot import BOOT_ID_VARIABLE, UNNUMBERED, boot_as_journalled, boot_id_of, boot_to_begin
from station.clock import HandClock
from station.journal import FILE_NAME, JournalReader
from station.tap import Kind
from sync_agent.assembly import FRESH_MS, clock_of, first_delay_s
from sync_agent.config import PracticeSettings, read
from sync_agent.standing import Standing
from tests.fakes.sync_agent import Bench, write_settings

HEARD = Standing(window_s=300, success_boot=3, success_raw_ms=50_000)


@pytest.mark.parametrize(
    ("standing", "boot", "raw_ms", "delay_s"),
    [
        (Standing(window_s=300), 3, 60_000, 0.0),
        (HEARD, 3, 60_000, 0.0),
        (HEARD, 3, 50_000 + FRESH_MS, 150.0),
        (HEARD, 4, 51_000, 150.0),
        (replace(HEARD, success_boot=UNNUMBERED), UNNUMBERED, 60_000, 150.0),
        (replace(HEARD, window_s=0), 4, 51_000, 0.0),
        (replace(HEARD, window_s=100_000), 4, 51_000, 150.0),
    ],
)
def test_after_a_power_cut_each_station_waits_its_part_of_the_window(
    tmp_path: Path, standing: Standing, boot: int, raw_ms: int, delay_s: float
) -> None:
    settings = read(write_settings(tmp_path, "https://central.school.lan"))
    clock = HandClock(boot=boot, raw_ms=raw_ms)
    assert first_delay_s(settings, standing, clock, 0.5) == delay_s
    rehearsal = replace(settings, practice=PracticeSettings(tmp_path / "clock.json"))
    assert first_delay_s(rehearsal, standing, clock, 0.5) == 0.0


def test_the_agent_numbers_the_boot_as_the_station_does(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read(write_settings(bench.folder, "https://central.school.lan"))
    bench.clock.boot = 6
    # As the station writes it: the kernel's name without its dashes.
    bench.note([(Kind.BOOT, {"boot_id": boot_id_of(), "sw": "0.1.0", "clean": True})])
    assert clock_of(settings).reading().boot == 6
    monkeypatch.setenv(BOOT_ID_VARIABLE, "bbbb")
    clock = clock_of(settings)
    # If the disk refused this boot's first entry, the next boot would be the seventh.
    assert clock.reading().boot == UNNUMBERED
    bench.clock.boot = 7
    bench.note([(Kind.BOOT, {"boot_id": "bbbb", "sw": "0.1.0", "clean": True})])
    assert clock.reading().boot == 7


def test_a_boot_nobody_names_is_that_of_the_newest_entry(bench: Bench) -> None:
    bench.clock.boot = 6
    bench.note([(Kind.BOOT, {"boot_id": "aaaa", "sw": "0.1.0", "clean": True})])
    journal = JournalReader(bench.folder / FILE_NAME)
    assert boot_as_journalled(journal, "", bench.clock.raw_ms) == 6
    assert boot_as_journalled(journal, "", bench.clock.raw_ms - 1) == UNNUMBERED


def test_a_boot_that_left_entries_and_no_name_is_never_gone_on_with(bench: Bench) -> None:
    journal = JournalReader(bench.folder / FILE_NAME)
    raw_ms = bench.clock.raw_ms + 1
    # Only the journal's first entry came through to the disk: whose boot it was, nobody can tell.
    assert boot_to_begin(journal, "aaaa", raw_ms) == bench.clock.boot + 1
    assert boot_as_journalled(journal, "aaaa", raw_ms) == UNNUMBERED
    bench.note([(Kind.BOOT, {"boot_id": "aaaa", "sw": "0.1.0", "clean": True})])
    assert boot_to_begin(journal, "aaaa", bench.clock.raw_ms) == bench.clock.boot
    assert boot_as_journalled(journal, "aaaa", bench.clock.raw_ms) == bench.clock.boot


def test_before_there_is_a_journal_no_boot_has_a_number(tmp_path: Path) -> None:
    settings = read(write_settings(tmp_path, "https://central.school.lan"))
    assert clock_of(settings).reading().boot == UNNUMBERED
    assert boot_as_journalled(JournalReader(tmp_path / FILE_NAME), "", 5) == UNNUMBERED
