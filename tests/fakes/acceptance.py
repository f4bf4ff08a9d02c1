"""A station's full self-test in a process of its own, and the person before it as a script."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from station import config
from station.acceptance.site import Site
from station.clock import HandClock
from station.machine import clock_of
from tests.fakes.simulator import PractiseBench
from tests.fakes.station_process import KEY_HEX, ROOT, wait_for

STATION = """
station = "st-r101"
school = "34000000123456"
state_dir = "state"
[token]
key_id = "k1"
key = "school.key"
[[readers]]
name = "nfc"
kind = "pn532"
port = "{port}"
baud = 115200
[panel]
{panel}
"""
RECORDED = 'kind = "recorded"\nrecord_to = "panel.jsonl"'
UIDS = ("04A1B2C3D4E580", "04B1B2C3D4E580", "04C1B2C3D4E580")
DEADLINE_S = 60.0


def settle(folder: Path, port: Path | str = "/dev/nowhere", panel: str = RECORDED) -> Path:
    """Lay out a station that was started once before, and return its settings."""
    (folder / "state").mkdir()
    key = folder / "school.key"
    key.write_text(KEY_HEX, "ascii")
    key.chmod(0o600)
    file = folder / "station.toml"
    file.write_text(STATION.format(port=port, panel=panel), "utf-8")
    return file


@dataclass
class ScriptedPerson:
    """Answers by what a question says; `heard` is all that was told and asked."""

    answers: Mapping[str, bool | int]
    heard: list[str] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.heard.append(text)

    def agrees(self, question: str) -> bool:
        return bool(self._answer(question))

    def counted(self, question: str) -> int:
        return int(self._answer(question))

    def _answer(self, question: str) -> bool | int:
        self.heard.append(question)
        found = [answer for words, answer in self.answers.items() if words in question]
        assert len(found) == 1, f"{question!r} is in the script {len(found)} times"
        return found[0]


def site_of(
    folder: Path,
    answers: Mapping[str, bool | int],
    *,
    port: Path | str = "/dev/nowhere",
    panel: str = RECORDED,
    clock: HandClock | None = None,
) -> Site:
    """Return a site in a folder, whose machine's file system is the folder `root` in it."""
    settings = config.read(settle(folder, port, panel))
    (folder / "root").mkdir()
    return Site(
        settings=settings,
        person=ScriptedPerson(answers),
        clock=clock or clock_of(settings, boot=0),
        elapsed_ns=time.monotonic_ns,
        wait=lambda _s: None,
        ask=lambda _command: (127, "no such program"),
        kept={},
        keep=lambda: None,
        boot_id="b1",
        root=folder / "root",
    )


def put(root: Path, name: str, text: str | bytes) -> None:
    """Let the machine say something in a file of its kernel."""
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


class Visit:
    """`rollbook-station selftest --full` at a terminal that a test plays."""

    def __init__(self, config_file: Path, report: Path, boot_id: str) -> None:
        options = ["selftest", "--full", "--report", str(report), "--config", str(config_file)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "station.cli", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "ROLLBOOK_BOOT_ID": boot_id, "PYTHONUNBUFFERED": "1"},
        )
        self.said = ""

    def until(self, *words: str) -> str:
        """Read what it says until one of these words comes, and return that one."""
        assert self.process.stdout is not None
        fresh, fd = "", self.process.stdout.fileno()
        while not (found := [word for word in words if word in fresh]):
            piece = os.read(fd, 1)
            assert piece, f"it ended without {words}: {self.said[-2000:]}"
            fresh += piece.decode("utf-8", "replace")
            self.said += fresh[-1]
        return found[0]

    def answer(self, text: str) -> None:
        """Answer a question."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n".encode())
        self.process.stdin.flush()

    def follow(self, script: Mapping[str, Callable[[], str]], until: str) -> None:
        """Answer each question by the script until something is said."""
        while (word := self.until(until, *script)) != until:
            self.until("] ")
            self.answer(script[word]())

    def end(self) -> int:
        """Let it come to its end and return its exit code."""
        out, _ = self.process.communicate(timeout=DEADLINE_S)
        self.said += out.decode("utf-8", "replace")
        return self.process.returncode

    def cut(self) -> None:
        """Kill it, as a plug pulled would."""
        self.process.kill()
        self.process.communicate()


def tap(bench: PractiseBench, number: int, answered: Callable[[], object]) -> None:
    """Let the reader find its antenna bare, lay one of a few cards down, await its answer, take it away."""
    looks = bench.executed().get("4a", 0)
    wait_for(lambda: bench.executed().get("4a", 0) > looks + 3, "a look at the bare antenna")
    bench.do(f"put ntag {UIDS[number % len(UIDS)]}")
    answered()
    bench.do("remove")


def report_in(folder: Path) -> dict[str, dict[str, dict[str, object]]]:
    """Return the report as a program reads it."""
    said = json.loads((folder / "acceptance-st-r101.json").read_text("utf-8"))
    assert isinstance(said, dict)
    return said
