import io
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from station import config
from station.errors import JournalBusyError
from station.selftest import selftest
from tests.fakes.station_process import Room

pytestmark = pytest.mark.journey

PARTS = ["panel", "gpio", "reader scanner", "journal", "disk", "clock", "key", "sidecar"]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.close()


def tried(room: Room) -> tuple[int, dict[str, str], list[float]]:
    out, waits = io.StringIO(), list[float]()
    code = selftest(config.read(room.config), out, waits.append)
    lines = [line for line in out.getvalue().splitlines() if "  " in line]
    return code, {line.split("  ")[0].strip(): line for line in lines}, waits


def test_every_part_is_tried_in_turn_and_told_in_a_line(room: Room) -> None:
    code, lines, waits = tried(room)
    assert list(lines) == PARTS
    bad = [name for name, line in lines.items() if "FAIL" in line]
    # Whether the clock of this machine is set is not the test's affair.
    assert [name for name in bad if name != "clock"] == []
    assert code == int("clock" in bad)
    assert [sign["sign"] for sign in room.signs()] == ["LAMP_TEST"]
    # As long as the lamps and the buzzer take to show themselves.
    assert [wait > 2 for wait in waits] == [True]
    assert not room.state.exists()


def test_without_a_reader_the_test_ends_with_a_code_of_its_own(room: Room) -> None:
    room.config.write_text(room.config.read_text().replace("/dev/pts/", "/dev/nowhere"))
    code, lines, _ = tried(room)
    assert code == 69
    assert "FAIL  does not answer (down" in lines["reader scanner"]


def test_a_journal_that_is_damaged_deep_inside_is_found(room: Room) -> None:
    room.start()
    room.tap("0a1b2c3d4e")
    room.stop(signal.SIGTERM)
    room.tamper(4)
    code, lines, _ = tried(room)
    assert code == 1
    assert "FAIL" in lines["journal"]
    assert "run `rollbook-station salvage`" in lines["journal"]


def test_a_panel_that_cannot_be_had_does_not_end_the_test(room: Room) -> None:
    room.config.write_text(room.config.read_text().replace('"panel.jsonl"', '"nowhere/panel.jsonl"'))
    code, lines, _ = tried(room)
    assert code == 1
    assert "FAIL" in lines["panel"]
    assert list(lines) == PARTS


def test_a_station_at_work_is_not_disturbed(room: Room) -> None:
    room.start()
    asked = room.ask("selftest")
    assert asked.returncode == 75
    assert "stop rollbook-station.service first" in asked.stderr
    assert asked.stdout == ""
    with pytest.raises(JournalBusyError):
        tried(room)
