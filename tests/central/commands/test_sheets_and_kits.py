"""The commands that print class sheets and keep emergency kits; on a laptop without records and network."""

import argparse
import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from django.db import transaction

from central.config import CentralConfig, KitConfig
from central.errors import CentralError, RefusedError, UnavailableError
from central.exchange.kit import sealed
from central.serving.background import Projector
from central.store import readiness
from central.store.models import AttendanceRecord, PaperKit, PrintedSheet, School
from central.work import kits
from central.work.kit_saving import save_into, save_nightly
from station.settings import Secret
from tests.fakes import kits as fakes
from tests.fakes.kits import Laptop
from tests.fakes.school import MONDAY, SmallSchool, at
from tests.fakes.station_process import ROOT

pytestmark = pytest.mark.django_db
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def laptop(tmp_path: Path, small: SmallSchool) -> Laptop:
    made = fakes.laptop(tmp_path, small)
    (tmp_path / "words").write_text(fakes.PASSPHRASE, encoding="ascii")
    (tmp_path / "words").chmod(0o600)
    return made


@pytest.fixture
def run(laptop: Laptop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs one command in this process on the test's records."""
    monkeypatch.setattr(readiness, "set_up", lambda: None)
    monkeypatch.setattr(readiness, "require", lambda _config: School.objects.get())
    monkeypatch.setattr(sealed, "COST", fakes.CHEAP)

    def ran(name: str, *arguments: object) -> tuple[int, str]:
        module = importlib.import_module(f"central.commands.{name}")
        parser = argparse.ArgumentParser()
        module.arguments(parser)
        args = parser.parse_args([str(part) for part in arguments])
        code = module.run(args, laptop.config, lambda: at(MONDAY, "11:00"))
        return code, capsys.readouterr().out

    return ran


def test_the_clerk_prints_all_classes_of_a_day_or_one_of_a_week(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "all.pdf"
    code, said = run("sheets", "--all", "--on", MONDAY, "--as", "E004", "--out", out)
    assert (code, said.splitlines()[0]) == (0, f"2 sheets in {out}")
    assert [row.number in said for row in PrintedSheet.objects.all()] == [True, True]
    assert len(pypdfium2.PdfDocument(out)) == 2
    week = tmp_path / "week.pdf"
    run("sheets", "--section", "ALG1-01", "--week", MONDAY + timedelta(days=3), "--as", "E001", "--out", week)
    text = pypdfium2.PdfDocument(week)[0].get_textpage().get_text_range()
    assert "09/09/2024 to 09/13/2024" in text
    printed = PrintedSheet.objects.count()
    with pytest.raises(UnavailableError, match="exists already"):
        run("sheets", "--all", "--on", MONDAY, "--as", "E004", "--out", out)
    with pytest.raises(RefusedError, match="no section NONE"):
        run("sheets", "--section", "NONE", "--on", MONDAY, "--as", "E004", "--out", tmp_path / "x.pdf")
    with pytest.raises(RefusedError, match="is not of employee E001"):
        run("sheets", "--section", "ENG1-01", "--on", MONDAY, "--as", "E001", "--out", tmp_path / "x.pdf")
    assert PrintedSheet.objects.count() == printed


def test_a_kit_is_saved_listed_used_taken_in_and_withdrawn(run: Run, laptop: Laptop, tmp_path: Path) -> None:
    words = ("--passphrase-file", tmp_path / "words")
    code, said = run("kit", "save", tmp_path / "stick", "--as", "E004", *words)
    (kit,) = (tmp_path / "stick").glob("kit-2024-09-09-*.rollbook")
    assert (code, str(kit) in said) == (0, True)
    assert kit.stat().st_mode & 0o777 == 0o600
    file = laptop.key_all()
    (tmp_path / "over.json").write_bytes(file.data)
    take_in = ("kit", "take-in", tmp_path / "over.json", "--as", "E004")
    assert "nothing was written" in run(*take_in, "--dry-run")[1]
    assert not AttendanceRecord.objects.exists()
    assert "2 sheets taken in, 5 records made" in run(*take_in)[1]
    assert "nothing changed" in run("import_paper", "--kit", tmp_path / "over.json", "--as", "E004")[1]
    name = PaperKit.objects.order_by("-pk")[0].name
    run("kit", "withdraw", name, "--as", "E005", "--why", "laptop lost")
    listed = run("kit", "list")[1]
    assert f"{name:10} 2024-09-09 days to 2024-09-23 withdrawn" in listed
    assert "in use     1 handed over" in listed


def test_a_laptop_needs_neither_records_nor_a_network(laptop: Laptop, tmp_path: Path) -> None:
    """Run the whole of a laptop's day in a process that dies at the first socket, database or Django."""
    clock = at(MONDAY, "11:00").isoformat()
    program = (
        "import sys\n"
        "from datetime import datetime\n"
        "def watch(event, _):\n"
        "    if event.startswith(('socket.', 'sqlite3.')): raise SystemExit(f'{event} was tried')\n"
        "sys.addaudithook(watch)\n"
        "from central import cli\n"
        f"cli.clock = lambda _config: lambda: datetime.fromisoformat({clock!r})\n"
        "code = cli.main(sys.argv[1:])\n"
        "assert 'django' not in sys.modules, 'Django was loaded'\n"
        "sys.exit(code)\n"
    )
    named = ("--kit", str(laptop.path), "--passphrase-file", str(tmp_path / "words"))
    pdf, over = tmp_path / "sheets.pdf", tmp_path / "over.json"

    def ran(*arguments: str, typed: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-c", program, "kit", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("ROLLBOOK", "DJANGO"))
            },
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = ran("print", *named, "--all", "--on", str(MONDAY), "--as", "E004", "--out", str(pdf))
    assert len(pypdfium2.PdfDocument(pdf)) == 2
    numbers = [line.split()[0] for line in said.splitlines()[1:]]
    typed = [numbers[0], "p 8:31", "a", "p", "done", numbers[1], "p", "p", "done", ""]
    assert ran("key", *named, "--as", "E004", typed="\n".join(typed)).count("kept ") == 5
    assert ran("check", *named).count("done") == 2
    assert "2 keyed sheets" in ran("hand-over", *named, "--as", "E004", "--out", str(over))
    assert over.stat().st_mode & 0o777 == 0o600


def test_the_nights_kit_is_saved_once_a_day_and_old_ones_go(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "COST", fakes.CHEAP)
    folder = tmp_path / "nights"
    config = _nightly(laptop.config, folder, tmp_path / "words")
    one = save_nightly(config, at(MONDAY, "00:10"), os.urandom)
    assert one is not None
    assert save_nightly(config, at(MONDAY, "23:50"), os.urandom) is None
    (folder / "keep.txt").touch()
    for night in range(1, 17):
        assert save_nightly(config, at(MONDAY + timedelta(days=night), "00:10"), os.urandom)
    left = sorted(path.name[:18] for path in folder.iterdir())
    assert left[0] == "keep.txt"
    assert left[1:] == [f"nightly-{MONDAY + timedelta(days=night)}" for night in range(1, 17)]
    assert save_nightly(laptop.config, at(MONDAY, "00:10"), os.urandom) is None


def test_a_night_whose_folder_cannot_be_written_uses_up_no_number_and_stops_nothing(
    laptop: Laptop, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "COST", fakes.CHEAP)
    blocked = tmp_path / "blocked"
    blocked.touch()
    config = _nightly(laptop.config, blocked, tmp_path / "words")
    with pytest.raises(UnavailableError, match="cannot take the kit"), transaction.atomic():
        save_into(config, blocked, kits.Saving(None, fakes.PASSPHRASE, os.urandom), at(MONDAY, "00:10"))
    assert PaperKit.objects.count() == 1
    projector = Projector(config, lambda: at(MONDAY, "00:10"))
    projector._save_kit(at(MONDAY, "00:10"))
    assert "kit.not-saved" in caplog.text
    blocked.unlink()
    projector._save_kit(at(MONDAY, "00:20"))
    assert len(list(blocked.glob("nightly-*"))) == 1


def test_a_passphrase_is_never_taken_from_an_open_file_or_from_no_terminal(
    run: Run, laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    with pytest.raises(CentralError, match="no terminal"):
        run("kit", "check", "--kit", laptop.path)
    (tmp_path / "words").chmod(0o644)
    with pytest.raises(Exception, match="others may read this secret"):
        run("kit", "check", "--kit", laptop.path, "--passphrase-file", tmp_path / "words")


def _nightly(config: CentralConfig, folder: Path, words: Path) -> CentralConfig:
    return CentralConfig(data_dir=config.data_dir, kit=KitConfig(str(folder), Secret(words)))
