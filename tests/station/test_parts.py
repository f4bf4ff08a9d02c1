from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station import config, parts
from station.clock import HandClock
from station.disk import Disk, DiskState
from station.journal import FILE_NAME, JournalReader
from station.journal.file import TAIL_ROWS
from station.machine import Machine
from station.panel.recorded import RecordedPanel
from station.sidecar.file import SidecarFile
from station.station import Answered
from station.tap import Kind
from tests.fakes.rounds import Healthy
from tests.fakes.station import KEY, open_journal
from tests.fakes.station_process import Room


class Roomy(Disk):
    """A disk that is as full as the test says."""

    said = DiskState.OK

    def state(self) -> DiskState:
        return self.said


class Place:
    """A station at work at which everything is well, until a test breaks something."""

    def __init__(self, room: Room, clock: HandClock) -> None:
        self.room, self.clock = room, clock
        settings = config.read(room.config)
        room.state.mkdir()
        journal = open_journal(room.state, clock)
        journal.append_all([(Kind.ERR, {"what": "scanner"})] * (TAIL_ROWS // 2), clock.reading())
        journal.close()
        self.reader = Healthy()
        self.panel = RecordedPanel(room.folder / "panel.jsonl", clock, lambda: None)
        self.disk = Roomy(room.state)
        self.machine = Machine(settings, KEY, "", self.panel, [self.reader], Answered(), None)
        self.copy()

    def copy(self) -> None:
        self.room.state.joinpath("sidecar").mkdir()
        journal = JournalReader(self.room.state / FILE_NAME)
        file = SidecarFile(self.room.state / "sidecar", journal.epochs()[0])
        while rows := journal.rows(file.epoch, file.last_seq):
            file.append(rows)
            file.flush()
        file.close()

    def codes(self) -> list[str]:
        return parts.codes(self.machine, self.clock, self.disk)


@pytest.fixture
def place(tmp_path: Path, clock: HandClock) -> Iterator[Place]:
    room = Room(tmp_path)
    place = Place(room, clock)
    yield place
    place.panel.close()
    room.close()


def test_a_station_at_which_all_is_well_has_nothing_to_tell(place: Place) -> None:
    assert place.codes() == []


def lose_reader(place: Place) -> None:
    place.reader.state = "down"


def damage_newest(place: Place) -> None:
    place.room.tamper(TAIL_ROWS // 2)


def fill(place: Place) -> None:
    place.disk.said = DiskState.REFUSE


def unset_clock(place: Place) -> None:
    place.clock.sync_state = 0


def open_key(place: Place) -> None:
    (place.room.folder / "school.key").chmod(0o644)


def lose_sidecar(place: Place) -> None:
    for file in (place.room.state / "sidecar").iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        (lose_reader, "reader-nfc"),
        (damage_newest, "journal"),
        (fill, "disk-refuse"),
        (unset_clock, "clock-untrusted"),
        (open_key, "key"),
        (lose_sidecar, "sidecar"),
    ],
)
def test_a_part_that_is_not_well_is_named_by_its_code(
    place: Place, breaks: Callable[[Place], None], code: str
) -> None:
    breaks(place)
    assert place.codes() == [code]


@pytest.mark.parametrize("state", list(DiskState))
def test_a_disk_that_is_not_well_comes_with_what_to_do(place: Place, state: DiskState) -> None:
    place.disk.said = state
    found = parts.disk(place.disk, place.room.state / FILE_NAME)
    assert (found.code is None) is (state is DiskState.OK)
    assert (";" in found.says) is (state is not DiskState.OK)


def test_a_station_that_never_began_lacks_neither_journal_nor_ballast(tmp_path: Path) -> None:
    nowhere = tmp_path / FILE_NAME
    found = [parts.disk(Disk(tmp_path), nowhere), parts.newest_entries(nowhere)]
    assert [part.code for part in found] == [None, None]


def test_a_clock_that_may_not_be_asked_about_is_not_well(clock: HandClock) -> None:
    assert parts.clock(clock, "EPERM").code == "clock-refused"


@pytest.mark.parametrize(
    ("installed", "code"),
    [([], None), (["RPi.GPIO"], None), (["rpi-lgpio"], None), (["RPi.GPIO", "rpi-lgpio"], "gpio-libraries")],
)
def test_two_gpio_libraries_at_once_are_one_too_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, installed: list[str], code: str | None
) -> None:
    for name in installed:
        about = tmp_path / f"{name.replace('-', '_')}-0.6.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.6\n")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    found = parts.gpio_libraries()
    assert all(f"{name} 0.6" in found.says for name in installed)
    assert found.code == code
    assert ("uninstall both" in found.says) is (code is not None)
