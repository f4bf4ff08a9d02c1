"""A practice room lived in: real processes, told what to do through a pipe, and on a terminal."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from station.journal import JournalReader
from station.simulator import simulate
from station.tap import Entry, Kind, Tap, decode
from tests.fakes.practice_room import COMMAND, DEADLINE_S, children_of, is_alive, living_in
from tests.fakes.simulator import ROOT


def _taps(folder: Path) -> list[Tap]:
    reader = JournalReader(folder / "state" / "journal.sqlite")
    entries = [decode(row.body) for row in reader.rows(reader.epochs()[-1], 0)]
    return [Tap.from_payload(entry.payload) for entry in entries if entry.kind == Kind.TAP]


def _newest(folder: Path) -> Entry:
    newest = JournalReader(folder / "state" / "journal.sqlite").newest()
    assert newest is not None
    return newest


def _of_you(said: str) -> list[str]:
    """Return what was typed and answered, without figures."""
    lines = [line.removeprefix("you").strip() for line in said.splitlines() if line.startswith("you")]
    plain = (re.sub(r"\d+$", "N", line) for line in lines)
    return [re.sub(r"^already tapped, .*", "already tapped", line) for line in plain]


MORNING = """\
tap ana ana zoe
tap dan eva fay
scan dan
two ana zoe
tap bank
tap nobody
fault bad-checksum 2
tap ben
unplug
plug
tap cara
power off
tap cara
power on
tap cara
crash
later 30
tap cara
"""


def test_a_morning_in_a_practice_room_from_a_file_to_its_end(tmp_path: Path) -> None:
    room = tmp_path / "room"
    done = subprocess.run(
        [*COMMAND, "--folder", str(room)],
        cwd=ROOT,
        input=MORNING,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    stored = "welcome, stored as entry N"
    assert _of_you(done.stdout) == [
        "ready",
        *("> tap ana ana zoe", stored, "already tapped", "not on the roster, stored as entry N"),
        *("> tap dan eva fay", stored, stored, stored),
        *("> scan dan", "already tapped"),
        *("> two ana zoe", "read again"),
        *("> tap bank", "see the teacher, stored as entry N"),
        *("> tap nobody", "nobody is called nobody; here are: ana, ben, cara, dan, eva, fay, zoe, lee"),
        "> fault bad-checksum N",
        *("> tap ben", stored),
        *("> unplug", "pulled out"),
        *("> plug", "ready"),
        *("> tap cara", stored),
        *("> power off", "station and reader died where they stood; `power on` starts both"),
        *("> tap cara", "no answer: the station is off; try `power on`"),
        *("> power on", "ready"),
        # Remembered over the cut; stored again or not, as long ago as it then is.
        *("> tap cara", "already tapped"),
        *("> crash", "ready"),
        *("> later N", "it is 30 minutes later for the station"),
        *("> tap cara", stored),
    ]
    assert f"The evidence lies in {room}" in done.stdout
    assert re.search(r"^panel +\[L\]\[ \]\[ \]\[ \] light L+ .* WELCOME$", done.stdout, re.MULTILINE)
    taps = _taps(room)
    assert len(taps) in (9, 10)
    assert sum(tap.token is None for tap in taps) == 1
    assert [tap.evidence[:4] for tap in taps if tap.evidence] == ["sc1n", "sun."]
    assert all(f" tap      {name} " in done.stdout for name in ("ana", "zoe", "dan", "eva", "fay", "nobody"))


@pytest.mark.parametrize("way", ["SIGINT", "SIGHUP", "end of input"])
def test_however_it_ends_both_programs_end_with_it(way: str, tmp_path: Path) -> None:
    room = tmp_path / "room"
    with living_in(room) as person:
        person.type("hold ana 0")
        person.read_until("it lies there until")
        children = children_of(person.process.pid)
        assert len(children) == 2
        if way == "end of input":
            assert person.process.stdin is not None
            person.process.stdin.close()
            person.process.stdin = None
        else:
            person.process.send_signal(getattr(signal, way))
        code, said = person.end()
    assert code == 0
    assert "The evidence lies in" in said
    assert [child for child in children if is_alive(child)] == []
    # Ended as a person ends it, not cut off: the journal says goodbye.
    assert _newest(room).kind == Kind.SHUTDOWN
    assert not list(room.glob("*reader"))


def test_a_room_left_is_gone_on_with_until_its_power_is_cut_or_its_station_cannot_begin(
    tmp_path: Path,
) -> None:
    room = tmp_path / "room"
    with living_in(room) as person:
        person.type("wallet new ina", "tap ana", "power off")
        person.read_until("died where they stood")
        assert len(children_of(person.process.pid)) == 1
        assert _newest(room).kind == Kind.TAP
        person.type("quit")
        code, said = person.end()
    assert code == 0
    assert "public_key: 0" in said
    assert f"simulate --folder {room}" in said
    (room / "clock.json").rename(room / "clock.away")
    with living_in(room) as person:
        assert "ended by itself with code 78" in person.read_until("the practice clock cannot be read")
        (room / "clock.away").rename(room / "clock.json")
        person.type("power on", "put phone ina", "wallet list", "quit")
        code, said = person.end()
    assert code == 0
    assert re.search(r"^you +ina$", said, re.MULTILINE)
    # One journal over both lives, and the second knows how the first ended.
    assert said.count(" genesis ") == 1
    assert "clean=False" in said


@pytest.mark.parametrize("what", ["a real station", "a thesis"])
def test_a_folder_that_is_no_practice_room_is_left_alone(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    if what == "a real station":
        settings = (ROOT / "station" / "simulator" / "room" / "furniture.py").read_text()
        text = settings.partition('_SETTINGS: Final = """\\\n')[2].partition('"""')[0]
        (tmp_path / "station.toml").write_text(text.format(folder=tmp_path).partition("[practice]")[0])
    assert simulate.main(["--folder", str(tmp_path)]) == 78
    (line,) = capsys.readouterr().err.splitlines()
    assert "name another folder" in line or "name a folder that is empty" in line
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


STAFF = """\
hold lee
take
tap lee
tap lee
hold lee
take
tap ntag 04112233445566
put phone DA00000000000001 locked
wait 1
unlock
"""


def test_a_teacher_enrols_a_card_by_gestures_and_a_student_unlocks_a_phone_where_it_lies(
    tmp_path: Path,
) -> None:
    room = tmp_path / "room"
    with living_in(room) as person:
        person.type(*STAFF.splitlines())
        person.read_until("phones: 1")
        person.read_until("WELCOME")
        person.type("take", "quit")
        _, said = person.end()
    answers = [line for line in _of_you(said) if not line.startswith((">", "ready", "lying", "phones"))]
    assert answers == [
        "welcome, stored as entry 4, then staff: mark an outage; it lies there until `take`",
        "staff: attest the time",
        "staff: enrol a card",
        "staff: lay down the card to enrol; it lies there until `take`",
        "done, stored as entry 6, then staff: enrol a card",
    ]
    assert "did=enrol" in said
    (locked, unlocked) = _taps(room)[-2:]
    assert (locked.token, locked.flags["foreign"]) == (None, 1)
    assert unlocked.token is not None
