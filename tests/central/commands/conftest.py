"""A central made by hand for commands that run in the test's own process."""

import argparse
import importlib
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from central.config import CentralConfig
from central.store.models import School
from central.work import keys
from tests.fakes import every_row
from tests.fakes.central_process import INIT, Installation
from tests.fakes.oneroster import SCHOOL_CODE, RosterZip

CALENDAR = """track,date,taught,kind,minutes,note
A,2026-08-17,yes,regular,300,
A,2026-08-18,yes,regular,300,
A,2026-09-07,no,holiday,,Labor Day
A,2026-10-30,yes,regular,300,
A,2026-12-18,yes,minimum,200,
"""


@dataclass
class Central:
    """One installation: run commands on it, set its clock, look at all of its records at once."""

    config: CentralConfig
    folder: Path
    capture: pytest.CaptureFixture[str]
    at: datetime = datetime(2026, 9, 1, 16, tzinfo=UTC)
    code: int = field(default=0, init=False)

    def run(self, name: str, *arguments: str | Path) -> str:
        """Run one command and return what it printed; its exit code stays in `code`."""
        module = importlib.import_module(f"central.commands.{name.replace('-', '_')}")
        parser = argparse.ArgumentParser()
        module.arguments(parser)
        self.code = module.run(parser.parse_args([str(part) for part in arguments]), self.config, self._now)
        return self.capture.readouterr().out

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a file to hand in."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def zip(self, roster: RosterZip) -> Path:
        """Write a roster zip to hand in."""
        return self.file("roster.zip", roster.data())

    def _now(self) -> datetime:
        return self.at


@pytest.fixture
def central(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Central:
    """Return an initialised central whose records are the test database."""
    del db
    data = tmp_path / "central"
    data.mkdir(mode=0o700)
    keys.make(data / "keys", secrets.token_bytes)
    (data / "rosters").mkdir()
    School.objects.create(code=SCHOOL_CODE, name="Example Adult Charter", is_practice=True)
    return Central(CentralConfig(data_dir=str(data)), tmp_path, capsys)


@pytest.fixture
def with_calendar(central: Central) -> Central:
    """Return a central that has the calendar of 2026-27."""
    central.run(
        "import-calendar", central.file("cal.csv", CALENDAR), "--year", "2026-27", "--decided-by", "Board"
    )
    return central


@pytest.fixture
def content(central: Central) -> Callable[[], str]:
    """Return a function that writes out every row of every table."""
    del central
    return every_row.content


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return a practice installation as `init` made it; nothing may be changed in it."""
    new = Installation(tmp_path_factory.mktemp("founded"))
    made = new.run(*INIT, "--practice")
    assert (made.code, made.err) == (0, "")
    assert "PRACTICE" in made.out
    return new


@pytest.fixture
def installation(founded: Installation, tmp_path: Path) -> Installation:
    """Return a fresh practice installation to run processes on."""
    shutil.copytree(founded.folder, tmp_path / "installation")
    return Installation(tmp_path / "installation")
