import json
import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.tap import Kind
from tests.fakes.station import entries_in
from tests.fakes.station_process import ROOT, Room, wait_for

pytestmark = pytest.mark.journey

ANA = "0a1b2c3d4e"
BEN = "0a1b2c3d4f"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.close()


def kinds(room: Room) -> list[str]:
    return [entry.kind for entry in entries_in(room.state)]


def test_a_station_records_taps_and_signs_off(room: Room) -> None:
    room.start()
    welcome = room.tap(ANA)
    assert welcome["sign"] == "WELCOME"
    assert room.tap(BEN)["sign"] == "WELCOME"
    code, log = room.stop(signal.SIGTERM)
    assert code == 0
    assert "tap.journalled" in log
    assert ANA not in log.lower()
    entries = entries_in(room.state)
    assert [entry.kind for entry in entries] == ["genesis", "boot", "alive", "tap", "tap", "shutdown"]
    assert entries[welcome["seq"] - 1].kind == Kind.TAP  # type: ignore[operator]  # JSON says it is a number


def test_a_station_that_starts_again_goes_on_in_the_same_boot(room: Room) -> None:
    room.start()
    room.stop(signal.SIGINT)
    room.start()
    room.stop(signal.SIGTERM)
    assert kinds(room) == ["genesis", "boot", "alive", "shutdown", "boot", "alive", "shutdown"]
    boots = [entry for entry in entries_in(room.state) if entry.kind == Kind.BOOT]
    assert [entry.reading.boot for entry in boots] == [1, 1]
    assert boots[0].payload == boots[1].payload
    assert isinstance(boots[1].payload, dict)
    assert boots[1].payload["clean"] is True
    assert "practice" not in boots[1].payload


@pytest.mark.invariant(1)
@pytest.mark.fault("P5")
def test_a_killed_station_keeps_every_green_tap_and_remembers_who_just_tapped(room: Room) -> None:
    room.start()
    seq = room.tap(ANA)["seq"]
    room.stop(signal.SIGKILL)
    room.start()
    boots = [entry.payload for entry in entries_in(room.state) if entry.kind == Kind.BOOT]
    assert isinstance(boots[1], dict)
    assert boots[1]["clean"] is False
    assert entries_in(room.state)[int(str(seq)) - 1].kind == Kind.TAP
    # The student, unsure whether it counted, taps again: it did count.
    assert room.tap(ANA)["sign"] == "ALREADY_TAPPED"
    assert room.tap(BEN)["sign"] == "WELCOME"


def test_what_the_agent_brings_is_journalled_by_the_running_station(room: Room) -> None:
    room.start()
    (room.state / "inbox" / "1-beacon.json").write_text('{"kind": "beacon", "payload": {"t1": 1}}')
    wait_for(lambda: "beacon" in kinds(room), "a beacon in the journal")
    wait_for(lambda: not list((room.state / "inbox").iterdir()), "an empty inbox")


def test_systemd_hears_that_the_station_lives(room: Room, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        room.environ |= {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
        room.start()
        assert [systemd.recv(50) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        room.stop(signal.SIGTERM)
        while (message := systemd.recv(50)) == b"WATCHDOG=1":
            pass
        assert message == b"STOPPING=1"


def test_a_station_that_ended_leaves_no_word_about_readers_that_work(room: Room) -> None:
    room.start()
    room.stop(signal.SIGTERM)
    assert not (room.state / "status.json").exists()


def test_a_second_station_on_the_same_journal_is_told_to_wait(room: Room) -> None:
    room.start()
    second = room.ask("run")
    assert second.returncode == 75
    assert "another station process is writing this journal; stop it first" in second.stderr
    assert room.tap(ANA)["sign"] == "WELCOME"


def test_a_station_without_its_reader_goes_on_unless_told_not_to(room: Room) -> None:
    room.config.write_text(room.config.read_text().replace("/dev/pts/", "/dev/nowhere"))
    refused = room.ask("run", "--require-reader", "1")
    assert refused.returncode == 69
    assert refused.stderr.splitlines()[-1].startswith("rollbook-station: no reader answers (scanner); check")
    assert kinds(room)[-1] == "shutdown"


def test_a_rehearsal_says_so_for_ever_and_moves_with_its_clock(room: Room, tmp_path: Path) -> None:
    clock = tmp_path / "practice-clock.json"
    clock.write_text('{"offset_ms": 0}')
    with room.config.open("a") as config:
        config.write('[practice]\nclock = "practice-clock.json"\n')
    room.start()
    room.tap(ANA)
    clock.write_text('{"offset_ms": 3600000}')
    wait_for(lambda: kinds(room).count("alive") == 2, "a sign of life an hour later")
    assert room.tap(BEN)["sign"] == "WELCOME"
    _, log = room.stop(signal.SIGTERM)
    assert "warning practice.on" in log
    boot, first, *_, last = [e for e in entries_in(room.state) if e.kind in (Kind.BOOT, Kind.TAP)]
    assert isinstance(boot.payload, dict)
    assert boot.payload["practice"] is True
    assert last.reading.raw_ms - first.reading.raw_ms >= 3_600_000
    assert "step" not in kinds(room)
    # Taken back to the start, the time does not fit this boot any more, so it is another.
    clock.write_text('{"offset_ms": 0}')
    room.start()
    assert entries_in(room.state)[-1].reading.boot == 2


def test_a_bad_configuration_leaves_everything_as_it_was(room: Room) -> None:
    room.start()
    room.stop(signal.SIGTERM)
    before = {file.name: file.read_bytes() for file in room.state.iterdir() if file.is_file()}
    room.config.write_text(room.config.read_text().replace("panel]", "panle]"))
    allowed = "station, school, state_dir, token, readers, panel, practice, sidecar_dir"
    for command in ("run", "check", "taps"):
        refused = room.ask(command)
        assert refused.returncode == 78
        assert refused.stdout == ""
        assert refused.stderr.splitlines() == [
            f"rollbook-station: {room.config}: panle: this key is not known; allowed here: {allowed}",
            f"rollbook-station: {room.config}: panel: this key is missing; give a table",
        ]
    assert {file.name: file.read_bytes() for file in room.state.iterdir() if file.is_file()} == before


def test_a_key_others_may_read_is_refused_before_anything_is_written(room: Room) -> None:
    (room.folder / "school.key").chmod(0o644)
    refused = room.ask("run")
    assert refused.returncode == 78
    assert "chmod 600" in refused.stderr
    assert not room.state.exists()


def test_the_newest_taps_are_listed_and_the_journal_exported(room: Room, tmp_path: Path) -> None:
    room.start()
    seqs = [room.tap(ANA)["seq"], room.tap(BEN)["seq"]]
    listed = room.ask("taps", "--json", "--limit", "1")
    assert listed.returncode == 0
    (tap,) = json.loads(listed.stdout)
    assert (tap["sequence"], tap["reader"], tap["flags"]) == (seqs[1], "scanner", {})
    table = room.ask("taps").stdout.splitlines()
    assert table[-1] == "2 taps shown; the chain of the whole journal holds"
    assert [int(line.split()[0]) for line in table[1:-1]] == seqs
    exported = room.ask("export", str(tmp_path / "export.sqlite"))
    assert exported.returncode == 0
    found = sqlite3.connect(tmp_path / "export.sqlite")
    assert found.execute("SELECT COUNT(*) FROM entry WHERE kind = 'tap'").fetchone() == (2,)
    found.close()


def test_a_tampered_journal_is_neither_listed_nor_exported(room: Room, tmp_path: Path) -> None:
    room.start()
    room.tap(ANA)
    room.stop(signal.SIGTERM)
    room.tamper(4)
    for command in (["taps"], ["export", str(tmp_path / "export.sqlite")]):
        refused = room.ask(*command)
        assert refused.returncode == 69
        assert "entry 4" in refused.stderr.splitlines()[-1]
    assert not (tmp_path / "export.sqlite").exists()
    checked = room.ask("check")
    assert checked.returncode == 1
    assert "damaged" in checked.stdout


def test_a_list_cut_short_by_its_reader_is_no_error(room: Room) -> None:
    room.start()
    room.stop(signal.SIGTERM)
    # What is kept back until the process ends must not fail then either.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        room.arguments("taps"), stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environ
    ) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()
        assert listing.stderr.read() == ""
    assert listing.returncode == 0


def test_check_is_one_screen_for_a_phone_call(room: Room) -> None:
    idle = room.ask("check")
    assert idle.returncode == 0
    for said in (
        "panel.quiet = False (default)",
        "station = st-r101 (file)",
        "rollbook-station 0.1.0",
        "none yet at",
        "none; every card is welcomed",
        "disk: looked after from the first start on",
        "gpio: ",
        "scanner: ready",
    ):
        assert said in idle.stdout
    assert not room.state.exists()
    room.start()
    running = room.ask("check")
    assert running.returncode == 0
    assert "written by a running station" in running.stdout
    assert "(first): 3 entries, the chain holds" in running.stdout
    assert "disk: ok" in running.stdout
    assert f"sidecar: {room.state / 'sidecar'}, up to sequence" in running.stdout
    assert "scanner: ready" in running.stdout


def test_check_without_a_reader_says_so_in_one_line(room: Room) -> None:
    room.config.write_text(room.config.read_text().replace("/dev/pts/", "/dev/nowhere"))
    found = room.ask("check")
    assert found.returncode == 69
    # One line alone: what the reader logged on the way is not for the person on the phone.
    (line,) = found.stderr.splitlines()
    assert line.startswith(
        f"rollbook-station: {room.config}: no reader is present (scanner); check its cable"
    )
    assert "reader.down" in room.ask("check", "--verbose").stderr
    assert "scanner: down" in found.stdout
