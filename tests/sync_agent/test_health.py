"""What a batch says of how the station is: in full now and then, news at once, and nothing of anybody."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from station.tap import Tap, decode
from station.vitals import FILE_NAME as VITALS_FILE
from sync_agent.health import WHOLE_EVERY_S, Health, Sources
from tests.fakes.sync_agent import Bench

READY = {"readers": {"nfc": {"state": "ready", "resets": 2, "since_ms": 5, "fault": "link-lost"}}}
VITALS = {
    "temp_c": 61, "low_voltage": False, "low_voltage_since_boot": True, "throttled": False, "flush_ms": 12,
    "sw": "0.1.0", "python": "3.13.5", "os": "Debian GNU/Linux 13 (trixie)", "kernel": "6.12",
    "model": "Raspberry Pi 3",
}  # fmt: skip


class Told:
    """A health whose seconds are counted by hand."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.now = bench, 0.0
        self.orders: list[dict[str, str]] = []
        sources = Sources(
            bench.folder,
            bench.clock,
            bench.reader,
            bench.outbox,
            bench.memory,
            lambda: self.orders,
            lambda: self.now,
        )
        self.health = Health(sources)

    def status(self, status: object) -> None:
        (self.bench.folder / "status.json").write_text(json.dumps(status))

    def vitals(self, vitals: object) -> None:
        (self.bench.folder / VITALS_FILE).write_text(json.dumps(vitals))

    def say(self) -> dict[str, Any]:  # Any: health is JSON
        return dict(self.health())


@pytest.fixture
def told(bench: Bench) -> Told:
    return Told(bench)


def test_how_the_machine_its_readers_and_its_clock_are_is_told(told: Told) -> None:
    told.status(READY | {"panel": "READY"})
    told.vitals(VITALS)
    told.bench.tap(2)
    told.bench.clock.advance(90_000)
    said = told.say()
    assert said["readers"] == {"nfc": {"state": "ready", "resets": 2, "fault": "link-lost"}}
    assert {name: said[name] for name in VITALS} == VITALS
    assert said["disk_mb"] >= said["disk_free_mb"] > 0
    assert (said["waiting"], said["oldest_tap_s"], said["panel"]) == (3, 90, "READY")
    assert (said["clock"]["synced"], said["clock"]["error_ms"]) == (True, 500)
    assert "off_ms" not in said["clock"]


def test_how_far_the_clock_is_off_is_measured_by_central_and_by_the_clock_nobody_sets(told: Told) -> None:
    bench = told.bench
    reading = bench.clock.reading()
    bench.memory.stand(
        time_floor_ms=reading.wall_ms, success_boot=reading.boot, success_raw_ms=reading.raw_ms
    )
    bench.clock.advance(60_000)
    bench.clock.set_wall(bench.clock.wall_ms + 4_000)
    assert told.say()["clock"]["off_ms"] == 4_000


def test_all_of_it_is_told_every_ten_minutes_and_news_at_once(told: Told) -> None:
    told.status(READY)
    assert "disk_mb" in told.say()
    told.now = WHOLE_EVERY_S - 1
    assert told.say() == {}
    told.status({"readers": {"nfc": {"state": "down", "resets": 3, "since_ms": 9, "fault": "no-port"}}})
    assert told.say()["readers"]["nfc"]["fault"] == "no-port"
    assert told.say() == {}
    told.orders = [{"id": "00112233445566aa", "verb": "report", "result": "done"}]
    assert told.say()["orders"] == told.orders
    told.now += WHOLE_EVERY_S
    assert "disk_mb" in told.say()


def test_a_rehearsal_says_so_every_time(told: Told) -> None:
    told.health.sources = replace(told.health.sources, is_practice=True)
    assert told.say()["practice"] is True
    assert told.say() == {"practice": True}


@pytest.mark.parametrize(
    "text", ["", "[]", '{"readers":[]}', '{"readers":{"nfc":1}}', "[" * 99_999, " " * 99_999]
)
def test_files_that_cannot_be_read_are_left_out(told: Told, text: str) -> None:
    (told.bench.folder / "status.json").write_text(text)
    (told.bench.folder / VITALS_FILE).write_text(text)
    said = told.say()
    assert said["readers"] == {}
    assert "temp_c" not in said
    assert "disk_mb" in said


def test_whatever_stands_in_the_files_what_is_told_has_a_bound(told: Told) -> None:
    long = "x" * 900
    told.status(
        {"readers": {f"{n}{long}"[:500]: {"state": long, "resets": n, "fault": long} for n in range(9)}}
    )
    told.vitals(dict.fromkeys(VITALS, long))
    assert len(json.dumps(told.say())) < 4_096


def test_nothing_of_a_card_or_a_person_is_told(told: Told) -> None:
    told.status(READY | {"journalled": 3, "roster": 7, "last_token": "00112233445566778899aabbccddeeff"})
    told.vitals(VITALS | {"name": "Flores"})
    told.bench.tap(3)
    said = json.dumps(told.say())
    assert "Flores" not in said
    assert "00112233" not in said
    tapped = [
        Tap.from_payload(entry.payload) for entry in map(decode, told.bench.bodies()) if entry.kind == "tap"
    ]
    assert len(tapped) == 3
    assert not any(tap.token is None or tap.token.hex() in said for tap in tapped)
