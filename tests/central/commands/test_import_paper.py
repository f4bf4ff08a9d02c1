"""Paper from the command line: shown first, taken in whole or not at all, even when the program is killed."""

import argparse
import importlib
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from central.config import ENVIRONMENT, CentralConfig
from central.errors import CentralError, InputError
from central.store.models import AttendanceRecord, PaperBatch, PaperScan
from tests.fakes import paper_school
from tests.fakes.central_process import Installation
from tests.fakes.paper_school import NOW, ROLL

SHEETS = Path(__file__).parents[2] / "data" / "paper"
ROOT = Path(__file__).parents[3]
MAKE = """
import django
django.setup()
from tests.fakes import paper_school
paper_school.build()
"""


class Desk:
    """A command line in front of the school of the paper sheets."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self.out = folder, ""
        self._capture = capture

    def run(self, name: str, *arguments: str | Path) -> int:
        """Run a command; what it printed is in `out`."""
        module = importlib.import_module(f"central.commands.{name}")
        parser = argparse.ArgumentParser()
        module.arguments(parser)
        args = parser.parse_args([str(argument) for argument in arguments])
        code = module.run(args, CentralConfig(data_dir=str(self.folder)), lambda: NOW)
        self.out = self._capture.readouterr().out
        return int(code)


@pytest.fixture
def desk(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    del db
    paper_school.build()
    return Desk(tmp_path, capsys)


def test_a_dry_run_shows_every_line_and_guess_and_writes_nothing(desk: Desk) -> None:
    assert desk.run("import_paper", SHEETS / "11_dmy_dates_ambiguous.csv", "--as", "E004", "--dry-run") == 0
    assert "  dates = dmy: read so, 1 of 1 dates are days" in desk.out
    assert "; or mdy" in desk.out
    assert "line     2  0012345      ESL-1      2026-09-03 present  new record" in desk.out
    assert "      8 new record in place of taps that are missing; its teacher signs for it" in desk.out
    assert "nothing was written" in desk.out
    assert not PaperBatch.objects.exists()
    assert list(desk.folder.iterdir()) == []


def test_refused_lines_are_named_all_at_once_and_may_be_left_out(desk: Desk) -> None:
    file = SHEETS / "13_duplicate_rows_and_blank_lines.csv"
    with pytest.raises(InputError, match="line 5: line 6 says something else") as caught:
        desk.run("import_paper", file, "--as", "E004")
    assert len(caught.value.problems) == 2
    assert desk.run("import_paper", file, "--as", "E004", "--leave-out-refused") == 1
    assert "1 records made from sheet file-" in desk.out
    assert (desk.folder / "paper" / PaperBatch.objects.get().file_sha256).read_bytes() == file.read_bytes()


def test_a_reading_is_said_otherwise_and_kept_under_a_name(desk: Desk) -> None:
    register = desk.folder / "register.csv"
    register.write_text('Student ID,Name,9/3,9/4\n0012345,"Nuñez, José",x,P\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"mark x: this sign means one thing .*one of present, absent"):
        desk.run("import_paper", register, "--as", "E004")
    assert desk.run("import_paper", register, "--as", "E004", "--dry-run") == 1
    assert "? mark x = (say it)" in desk.out
    said = ("--read", "mark x=absent", "--save-mapping", "Baker")
    assert desk.run("import_paper", register, "--as", "E004", *said) == 0
    register.write_text('Student ID,Name,9/8,9/9\n0012345,"Nuñez, José",x,x\n', encoding="utf-8")
    assert desk.run("import_paper", register, "--as", "E004", "--mapping", "Baker") == 0
    assert "mark x = absent: as was said" in desk.out
    assert sorted(AttendanceRecord.objects.values_list("mark", flat=True)) == ["absent"] * 3 + ["present"]
    assert desk.run("paper", "mappings") == 0
    assert "mark x=absent" in desk.out
    with pytest.raises(CentralError, match="write KEY=VALUE"):
        desk.run("import_paper", register, "--as", "E004", "--read", "mark")


def test_paper_is_put_on_record_and_a_file_withdrawn(desk: Desk) -> None:
    file, scan = SHEETS / "01_clean_utf8.csv", desk.folder / "scan.png"
    scan.write_bytes(b"a picture")
    paper = ("--scan", scan, "--kept", "binder 3", "--collected-by", "A. Baker")
    assert desk.run("import_paper", file, "--as", "E004", "--sheet", "S-1", *paper) == 0
    assert "the paper of 1 sheets is on record" in desk.out
    kept = PaperScan.objects.get()
    assert (desk.folder / "paper" / kept.sha256).read_bytes() == b"a picture"
    assert desk.run("paper", "attach", "S-1", "--kept", "archive", "--collected-by", "C", "--as", "E004") == 0
    batch = str(PaperBatch.objects.get().pk)
    assert desk.run("paper", "withdraw", batch, "--why", "wrong week", "--as", "E004") == 0
    assert "8 records removed" in desk.out
    assert desk.run("paper", "list") == 0
    assert "01_clean_utf8.csv (ESL-1): 8 fallback, withdrawn" in desk.out
    with pytest.raises(CentralError, match="there is no batch 0"):
        desk.run("paper", "withdraw", "0", "--why", "x", "--as", "E004")


@pytest.mark.journey
def test_killed_while_it_writes_it_leaves_nothing_behind(tmp_path: Path) -> None:
    here = Installation(tmp_path / "here")
    assert here.run("init", "--school-code", "34000000999999", "--school-name", "Other").code == 0
    subprocess.run([sys.executable, "-c", MAKE], check=True, cwd=ROOT, env=settings_of(here))
    sheets = long_file(tmp_path / "sheets.csv")
    command = here.command("import-paper", sheets, "--as", "E004", "--quiet")
    screen, terminal = pty.openpty()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=terminal) as program:
        os.close(terminal)
        # Killed the moment the bar says that it writes: the lines of most sheets are still to come.
        until_it_says(screen, b"writing")
        program.send_signal(signal.SIGKILL)
    os.close(screen)
    assert program.returncode == -signal.SIGKILL
    tables = ("paperbatch", "papersheet", "paperline", "attendancerecord", "decision", "paperruling")
    assert kept_by(here, tables) == dict.fromkeys(tables, 0)
    assert not (here.data / "paper").exists()
    again = here.run("import-paper", sheets, "--as", "E004", "--quiet")
    assert again.code == 0, again.err
    lines = len(ROLL) * 60
    assert f"{lines} records made" in again.out
    assert kept_by(here, tables[2:]) == dict.fromkeys(tables[2:], lines)


def settings_of(here: Installation) -> dict[str, str]:
    """Return the environment in which the records of an installation are opened."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "central.settings",
        ENVIRONMENT: str(here.folder / "central.toml"),
    }


def long_file(path: Path) -> Path:
    """Write a sheet of everybody for each of sixty school days."""
    span = (date(2026, 8, 10) + timedelta(days=n) for n in range(100))
    days = [on for on in span if on.weekday() < 5][:60]
    rows = [f"{number},{family},{given},{on},08:00" for on in days for number, family, given in ROLL]
    path.write_text("\n".join(["Student_Number,Last,First,Date,Time In", *rows]), encoding="utf-8")
    return path


def until_it_says(screen: int, words: bytes) -> None:
    """Read what is drawn on a terminal until some words stand there."""
    shown = b""
    while words not in shown:
        drawn = os.read(screen, 4096)
        assert drawn, shown
        shown += drawn


def kept_by(here: Installation, tables: tuple[str, ...]) -> dict[str, int]:
    """Return how many rows the tables of an installation have."""
    with closing(sqlite3.connect(here.data / "records.sqlite")) as records:
        return {
            table: records.execute(f"SELECT count(*) FROM store_{table}").fetchone()[0]  # noqa: S608  our own names
            for table in tables
        }
