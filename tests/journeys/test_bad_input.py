import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from demo.programs import command
from station.tap import Kind, decode
from tests.fakes.journey import Site
from tests.journeys.mistakes import MISTAKES, UNAVAILABLE, Arguments, Mistake, central

pytestmark = pytest.mark.journey
_LOGGED = re.compile(r"\d{4}-\d\d-\d\dT\S+Z (debug|info|warning|error) ")
_MOST_LINES = 4


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_refused_in_clear_words_and_changes_nothing(site: Site, mistake: Mistake) -> None:
    site.furnish()
    arguments = mistake.made(site)
    before, audited = content(site), audit(site)
    done = attempt(arguments)
    require_clear(done, mistake, site)
    assert content(site) == before
    assert audit(site) == [*audited, *mistake.audited]


def test_a_second_server_on_the_same_data_gives_way(site: Site) -> None:
    with site.serving() as port:
        before = content(site)
        for form in (["--single"], []):
            mistake = Mistake("", lambda _: [], UNAVAILABLE, ("data", "served already", "stop that one"))
            require_clear(attempt(central(site, "serve", *form)), mistake, site)
        assert content(site) == before
        assert port


def attempt(arguments: Arguments) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [command(arguments[0]), *arguments[1:]], capture_output=True, text=True, timeout=60, check=False
    )


def require_clear(done: subprocess.CompletedProcess[str], mistake: Mistake, site: Site) -> None:
    """Require the right exit code and a short message that names the place, and no person."""
    told = [line for line in done.stderr.splitlines() if not _LOGGED.match(line)]
    assert done.returncode == mistake.code, done.stderr
    assert [part for part in mistake.says if part not in "\n".join(told)] == [], done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert len(told) <= _MOST_LINES
    assert all(line.startswith(done.args[0].rpartition("/")[2] + ": ") for line in told), told
    assert bool(done.stdout) == mistake.prints, done.stdout
    named = [name for name in people(site) if re.search(rf"\b{re.escape(name)}\b", done.stdout + done.stderr)]
    assert named == []


def people(site: Site) -> set[str]:
    """Return every name of a student or teacher of the school."""
    sections = site.school.sections
    students = {name for section in sections for s in section.students for name in (s.family, s.given)}
    return students | {name for s in sections for name in (s.teacher.family, s.teacher.given)}


def content(site: Site) -> dict[str, list[str]]:
    """Return every row of every database but the audit; a station's comings and goings aside."""
    found = {}
    for file in sorted(site.premises.folder.rglob("*.sqlite")):
        if file.name == "journal.sqlite":
            kinds = {decode(row.body).kind for row in site.journal()}
            assert kinds <= {Kind.GENESIS, Kind.BOOT, Kind.SHUTDOWN}, "a refused start recorded something"
        else:
            found[str(file)] = list(rows(file))
    return found


def rows(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        for line in database.iterdump():
            if not line.startswith('INSERT INTO "store_auditevent"') and "sqlite_sequence" not in line:
                yield line


def audit(site: Site) -> list[str]:
    """Return what people are on record to have done or tried, oldest first."""
    file = site.premises.server / "data" / "records.sqlite"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        return [verb for (verb,) in database.execute("SELECT verb FROM store_auditevent ORDER BY id")]
