"""A practice room on a terminal: what is drawn, what keys do, and the terminal given back."""

import os
import pty
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path

from station.journal import JournalReader
from station.tap import Kind, decode
from tests.fakes.practice_room import COMMAND, DEADLINE_S
from tests.fakes.simulator import ROOT


def _count_taps(folder: Path) -> int:
    reader = JournalReader(folder / "state" / "journal.sqlite")
    return sum(decode(row.body).kind == Kind.TAP for row in reader.rows(reader.epochs()[-1], 0))


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
        assert _count_taps(tmp_path / "room") == 1
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
