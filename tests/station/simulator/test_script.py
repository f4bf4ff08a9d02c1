"""A script at the practice bench: line after line, and waits that hang on nothing but what they count."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from station.clock import SystemClock
from station.reader import Presented, Reader, ReaderSettings, Removed, build
from station.simulator.script import Script
from station.simulator.words import CommandError
from tests.fakes.simulator import DEADLINE_S, ROOT, Listener, PractiseBench, practising

ANA, BEN = "04a1b2c3d4e580", "82acb95d"


class HandCounts:
    """Counts that stand still until the test moves them."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.woken: list[int] = []

    def count(self, unit: str) -> int:
        return self.counted[unit]

    def wake_after(self, ms: int) -> None:
        self.woken.append(ms)


class Playing:
    """A script being played to nobody."""

    def __init__(self, folder: Path, text: str) -> None:
        self.file = folder / "faults.txt"
        self.file.write_text(text, encoding="utf-8")
        self.done: list[str] = []
        self.counts = HandCounts()
        self.script = Script(self.file, self._do, self.counts)

    def go_on(self) -> list[str]:
        self.script.go_on()
        return self.done

    def _do(self, line: str) -> dict[str, object]:
        self.done.append(line)
        return {"ok": False, "error": "it broke"} if line == "break" else {"ok": True}


def test_lines_are_done_in_order_and_comments_are_not(tmp_path: Path) -> None:
    playing = Playing(tmp_path, "# what a morning\nput ntag 01\n\n  remove  # again\n")
    assert playing.go_on() == ["put ntag 01", "remove"]
    assert not playing.script.is_running


@pytest.mark.parametrize(
    ("line", "unit"), [("wait 3", "commands"), ("wait 3 looks", "looks"), ("wait 3 ms", "ms")]
)
def test_a_wait_ends_when_its_own_count_has_risen_so_far(line: str, unit: str, tmp_path: Path) -> None:
    playing = Playing(tmp_path, f"one\n{line}\ntwo\n{line}\n")
    playing.counts.counted.update({"commands": 7, "looks": 8, "ms": 9})
    assert playing.go_on() == ["one"]
    playing.counts.counted.update({"commands": 100, "looks": 100, "ms": 100})
    playing.counts.counted[unit] -= 98
    assert playing.go_on() == ["one"]
    playing.counts.counted[unit] += 1
    assert playing.go_on() == ["one", "two"]
    # The last wait is waited for too: only then is the script over.
    assert playing.script.is_running
    assert playing.counts.woken == ([3, 3] if unit == "ms" else [])


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("break", "it broke"),
        ("wait", "how many to wait for"),
        ("wait long", "long is not a number"),
        ("wait 3 cups", "commands, looks, ms"),
    ],
)
def test_the_first_line_that_cannot_be_done_is_the_last(line: str, says: str, tmp_path: Path) -> None:
    playing = Playing(tmp_path, f"one\n{line}\ntwo\n")
    playing.go_on()
    assert "two" not in playing.done
    assert not playing.script.is_running
    assert playing.script.fault is not None
    assert playing.script.fault.startswith(f"{playing.file}:2: ")
    assert says in playing.script.fault
    assert playing.script.told() == {"file": str(playing.file), "left": 0, "fault": playing.script.fault}


def test_a_file_that_is_no_text_is_no_script(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        Script(tmp_path / "nowhere", lambda _line: {}, HandCounts())
    (tmp_path / "noise").write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="cannot be read"):
        Script(tmp_path / "noise", lambda _line: {}, HandCounts())


SCRIPT = f"""\
wait 3 looks
put ntag {ANA}
wait 2 looks
jitter 2
fault bad-checksum 2
wait 6 looks
unplug
wait 30 ms
remove
plug
wait 5 looks
put classic {BEN}
wait 1 looks
fault truncated 3
wait 5 looks
remove
wait 12 looks
"""


def _reader(folder: Path) -> Reader:
    return build(ReaderSettings("nfc", "pn532", str(folder / "reader")), SystemClock(boot=1))


def test_a_script_of_faults_plays_against_the_real_driver_and_ends_by_itself(tmp_path: Path) -> None:
    (tmp_path / "faults.txt").write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, "-m", "station.simulator.practise", "--link", str(tmp_path / "reader")]
    with subprocess.Popen(
        [*command, "--script", str(tmp_path / "faults.txt")],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as bench:
        assert bench.stdout is not None
        assert bench.stdout.readline()
        with Listener(_reader(tmp_path)) as listener:
            assert listener.wait_for(Presented).credential.value == ANA
            listener.wait_for(Removed)
            assert listener.wait_for(Presented).credential.value == BEN
            listener.wait_for(Removed)
            assert bench.wait(DEADLINE_S) == 0
    assert listener.about_cards() == [ANA, "Removed", BEN, "Removed"]


def test_a_script_that_breaks_says_where_and_ends_with_64(tmp_path: Path) -> None:
    script = tmp_path / "faults.txt"
    script.write_text("put dog\n", encoding="utf-8")
    command = [sys.executable, "-m", "station.simulator.practise", "--link", str(tmp_path / "reader")]
    nowhere = tmp_path / "nowhere"
    for file, says in ((script, f"{script}:1: no card is called dog"), (nowhere, f"{nowhere}: the script")):
        ended = subprocess.run(
            [*command, "--script", str(file)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert ended.returncode == 64
        assert ended.stderr.startswith(f"rollbook-station practise: {says}")
        assert not (tmp_path / "reader").is_symlink()


def test_a_script_is_played_and_stopped_by_what_is_typed(bench: PractiseBench, tmp_path: Path) -> None:
    script = tmp_path / "long.txt"
    script.write_text("put classic 82ACB95D\nwait 1000000\nremove\n", encoding="utf-8")
    assert bench.do(f"play {script}")["lines"] == 3
    told = bench.do("status")
    assert (told["lying"], told["script"]) == (1, {"file": str(script), "left": 1, "fault": None})
    assert "is being played" in str(bench.type(f"play {script}")["error"])
    bench.do("stop")
    assert bench.do(f"play {script}")["lines"] == 3


def test_a_fob_is_scanned_by_the_reader_of_fobs_where_there_is_one(tmp_path: Path) -> None:
    options = [f"--{name}={tmp_path}/{name}" for name in ("link", "scanner-link", "fob-link")]
    with practising(tmp_path, options=options) as running:
        assert running.first["fob-reader"] == f"{tmp_path}/fob-link"
        settings = ReaderSettings("fob", "serial-line", f"{tmp_path}/fob-link", 9600, format="rdm6300")
        with Listener(build(settings, SystemClock(boot=1))) as listener:
            listener.wait_until(lambda: listener.cycles() > 0)
            running.do("scan em 0A1B2C3D4E")
            assert listener.wait_for(Presented).credential.value == "0a1b2c3d4e"
