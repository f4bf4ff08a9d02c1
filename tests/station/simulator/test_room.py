"""A practice room lived in: real processes, told what to do through a pipe, and on a terminal."""

import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from station.journal import JournalReader
from station.simulator import simulate
from station.tap import Entry, Kind, Tap, decode
from tests.fakes.simulator import ROOT

DEADLINE_S = 60.0
COMMAND = [sys.executable, "-m", "station.simulator.simulate"]


def _children(process: int) -> list[int]:
    """Return the ids of a process's children, from the kernel."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # pid (name) state ppid; the name may hold anything but is closed by the last bracket.
            if int(status.read_text().rpartition(")")[2].split()[1]) == process:
                found.append(int(status.parent.name))
    return found


def _is_alive(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


class Person:
    """Somebody at a practice room, who types and reads."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "--folder", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []

    def type(self, *lines: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines))
        self.process.stdin.flush()

    def read_until(self, words: str) -> str:
        """Return the first line with these words in it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if words in line:
                return self.said[-1]
        pytest.fail(f"{words!r} was never said; what was: {self.said}")

    def end(self) -> tuple[int, str]:
        """Say goodbye; return the exit code and everything that was said."""
        text, _ = self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode, "\n".join([*self.said, text])


@contextmanager
def _person(folder: Path) -> Iterator[Person]:
    person = Person(folder)
    try:
        yield person
    finally:
        if person.process.poll() is None:
            person.process.terminate()
            person.process.communicate(timeout=DEADLINE_S)


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
tap ana zoe
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
        *("> tap ana zoe", stored, "not on the roster, stored as entry N"),
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
    with _person(room) as person:
        person.type("hold ana 0")
        person.read_until("it lies there until")
        children = _children(person.process.pid)
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
    assert [child for child in children if _is_alive(child)] == []
    # Ended as a person ends it, not cut off: the journal says goodbye.
    assert _newest(room).kind == Kind.SHUTDOWN
    assert not list(room.glob("*reader"))


def test_a_room_left_is_gone_on_with_until_its_power_is_cut_or_its_station_cannot_begin(
    tmp_path: Path,
) -> None:
    room = tmp_path / "room"
    with _person(room) as person:
        person.type("wallet new ina", "tap ana", "power off")
        person.read_until("died where they stood")
        assert len(_children(person.process.pid)) == 1
        assert _newest(room).kind == Kind.TAP
        person.type("quit")
        code, said = person.end()
    assert code == 0
    assert "public_key: 0" in said
    assert f"simulate --folder {room}" in said
    (room / "clock.json").rename(room / "clock.away")
    with _person(room) as person:
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


def _wait_for(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < end, f"{what} did not happen"


def test_on_a_terminal_the_panel_is_drawn_and_the_terminal_given_back(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (30, 90))
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [*COMMAND, "--folder", str(tmp_path / "room")],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
    )
    drawn = bytearray()

    def shows(text: str) -> Callable[[], bool]:
        def look() -> bool:
            drawn.extend(os.read(ours, 65536))
            return text in drawn.decode(errors="replace")

        return look

    try:
        _wait_for(shows("ready"), "the room being ready")
        os.write(ours, b"tap anq\x7fa\r")
        _wait_for(shows("████████"), "a lamp being lit")
        _wait_for(shows("♪ beep"), "a beep")
        _wait_for(shows("welcome, stored as entry"), "the answer")
        os.write(ours, b"\x1b[A\x15quit\r")
        _wait_for(shows("The evidence lies in"), "the end")
        assert process.wait(DEADLINE_S) == 0
        assert termios.tcgetattr(theirs) == before
        assert "\x1b[?1049l" in drawn.decode(errors="replace")
        assert len(_taps(tmp_path / "room")) == 1
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
