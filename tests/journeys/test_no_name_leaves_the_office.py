"""A day of school with real programs: who the people are is nowhere but in the office's own records."""

import http.client
import re
import sqlite3
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from demo import codes, school_calendar
from demo.office import PASSWORD
from demo.premises import at
from demo.programs import Program
from station.roster import FILE_NAME as ROSTER_FILE
from tests.fakes.journey import PANEL, Site
from tests.fakes.overheard import OverheardCable
from tests.fakes.simulator import PractiseBench
from tests.fakes.station_process import wait_for
from tests.journeys.lights import shown
from tests.journeys.raw_number import search

pytestmark = pytest.mark.journey
_LONG_UID = 14
_STRANGER = "04d1e2f3a4b5c6"
_SHORT_NAME = 3
_ZEROS = re.compile(rb"\0{2,}")


@dataclass
class Day:
    """What a day left: the folders to be looked through, and all that must not be in them."""

    site: Site
    outside: dict[str, Path]
    words: Mapping[str, str]
    uids: Mapping[str, bytes]


def secrets_of(site: Site) -> dict[str, str]:
    """Return every secret of the day's people and programs."""
    secret = {"the password": PASSWORD}
    for section in site.school.sections:
        secret[f"seed of {section.code}"] = site.seed(section).read_text(encoding="ascii").strip()
    for path in site.premises.keys.glob("*.key"):
        secret[path.name] = path.read_text(encoding="ascii").strip()
    return secret


def people_of(site: Site) -> dict[str, str]:
    """Return names and numbers of all students, and the names of teachers."""
    found: dict[str, str] = {}
    for section in site.school.sections:
        people = [(each.number, each.family, each.given) for each in section.students]
        people.append((section.teacher.number, section.teacher.family, section.teacher.given))
        for number, family, given in people:
            found |= {f"family name of {number}": family, f"given name of {number}": given}
        found |= {f"number {student.number}": student.number for student in section.students}
    return {what: text for what, text in found.items() if len(text) > _SHORT_NAME}


def told(folder: Path, words: Mapping[str, str]) -> Iterator[str]:
    """Yield where which word stands by itself, whatever its case, in any file of a folder."""
    forms = {what: _pattern(text) for what, text in words.items()}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = _ZEROS.sub(b"\0", b"\n".join(_contents(file))).lower()
        yield from (
            f"{what} in {file.relative_to(folder)}" for what, form in forms.items() if form.search(data)
        )


def _contents(file: Path) -> Iterator[bytes]:
    """Yield what a file holds; of a database each value by itself too, since its rows know no gaps."""
    data = file.read_bytes()
    yield data
    if data.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            names = [
                name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            for name in names:
                for row in database.execute(f'SELECT * FROM "{name}"'):  # noqa: S608  as the file itself says
                    yield from (each if isinstance(each, bytes) else str(each).encode() for each in row)


def _pattern(text: str) -> re.Pattern[bytes]:
    plain, escaped = text.lower().encode(), text.lower().encode("ascii", "backslashreplace")
    return re.compile(
        rb"(?<![0-9a-z+/])(?:" + re.escape(plain) + rb"|" + re.escape(escaped) + rb")(?![0-9a-z+/])"
    )


def live(site: Site, folder: Path) -> Day:
    """Let the six of a class and a stranger tap, staff sign, strangers ask, and things break."""
    day = Day(site, {}, people_of(site) | secrets_of(site), {})
    site.premises.move_clock(at(school_calendar.FIRST_DAY, "08:20"))
    with ExitStack() as stack:
        cable = stack.enter_context(OverheardCable(folder / "wire"))
        server, port = site.serve()
        stack.callback(server.stop)
        cable.lead_to(port)
        site.furnish(cable.port)
        stack.enter_context(site.carrying())
        day.uids = tap(site, stack)
        site.premises.move_clock(at(school_calendar.FIRST_DAY, "16:00"))
        section = site.section
        site.office.certify(section, school_calendar.FIRST_DAY, codes.current(site.seed(section)))
        site.office.central("backup", str(folder / "backups"))
        (folder / "answers").mkdir()
        ask(port, folder / "answers", section.students[0].number)
        break_things(site, port, folder / "answers")
        assert cable.unpack() > 0, "what was said was packed"
    day.outside = {
        "logs": site.premises.logs,
        "station": site.room.folder,
        "wire": folder / "wire",
        "answers": folder / "answers",
    }
    return day


def tap(site: Site, stack: ExitStack) -> dict[str, bytes]:
    """Run the station with its reader, tap with everybody's card, and wait until central knows."""
    room = site.room
    options = ["--link", str(room.folder / "nfc"), "--scanner-link", str(room.folder / "fob-reader")]
    bench = PractiseBench(room.folder, options=options)
    stack.callback(bench.end)
    log = site.premises.logs / "station.log"
    station = Program(["rollbook-station", "run", "--config", str(room.station_config)], log)
    wait_for((room.state / ROSTER_FILE).exists, "the roster is there")
    cards = [each.card for each in site.section.students if len(each.card.value) == _LONG_UID]
    uids = [*(card.value for card in cards), _STRANGER]
    for count, uid in enumerate(uids, start=1):
        bench.do(f"put ntag {uid}")
        wait_for(partial(_has_answered, room.folder / PANEL, count), f"light {count}")
        bench.do("remove")
    assert station.stop() == 0
    site.wait_until_drained()
    return {uid: bytes.fromhex(uid) for uid in uids}


def _has_answered(panel: Path, count: int) -> bool:
    return panel.exists() and sum(light.answers_a_card for light in shown(panel)) >= count


def ask(port: int, folder: Path, number: str) -> None:
    """Ask as somebody who is nobody here, and keep every answer."""
    paths = [
        "/", "/today/", "/stations/", "/students/", f"/students/{number}/", "/audit/", "/metrics",
        "/health", "/healthz", "/api/staff/v1/students", "/api/staff/v1/openapi.json", "/nothing/here/",
        "/v1/openapi.yaml", "/v1/rosters/st-r101", "/v1/nothing", "/static/../central.toml",
    ]  # fmt: skip
    for count, path in enumerate(paths):
        _keep(folder / f"get-{count}", _request(port, "GET", path))
    for count, path in enumerate(["/v1/entries", "/v1/epochs", "/v1/enrolments", "/today/"]):
        _keep(folder / f"post-{count}", _request(port, "POST", path, b'{"v": 1, "station": "st-r101"}'))


def break_things(site: Site, port: int, folder: Path) -> None:
    """Have the pages and the projector fail in the middle of their work, while somebody signs in."""
    records = site.premises.server / "data" / "records.sqlite"
    form = urllib.parse.urlencode({"login": site.section.teacher.number, "password": PASSWORD}).encode()
    _alter(records, "ALTER TABLE auth_user RENAME TO auth_user_gone")
    for count, path in enumerate(["/accounts/login/", "/api/staff/v1/students", "/today/"]):
        _keep(folder / f"broken-{count}", _request(port, "POST", path, form))
        _keep(folder / f"broken-get-{count}", _request(port, "GET", path))
    _alter(records, "ALTER TABLE auth_user_gone RENAME TO auth_user")
    _alter(records, "ALTER TABLE store_auditevent RENAME TO store_auditevent_gone")
    log = site.premises.logs / "server.log"
    wait_for(lambda: b"projector.failed" in log.read_bytes(), "the projector says that it failed")
    _alter(records, "ALTER TABLE store_auditevent_gone RENAME TO store_auditevent")


def _alter(records: Path, statement: str) -> None:
    with closing(sqlite3.connect(records, timeout=20)) as database, database:
        database.execute("PRAGMA legacy_alter_table = ON")
        database.execute(statement)


def _request(port: int, method: str, path: str, body: bytes | None = None) -> bytes:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        line.request(method, path, body, headers)
        with line.getresponse() as response:
            return str(response.status).encode() + b"\n" + str(response.headers).encode() + response.read()


def _keep(file: Path, answer: bytes) -> None:
    file.write_bytes(answer)


def test_nobody_is_named_outside_the_offices_records(site: Site, tmp_path: Path) -> None:
    day = live(site, tmp_path)
    found = {}
    for name, folder in day.outside.items():
        # Who asks for a page by a number is told the number back.
        words = {w: t for w, t in day.words.items() if not (name == "answers" and w.startswith("number"))}
        found[name] = [*told(folder, words), *map(str, search(folder, day.uids, {}))]
    assert found == {"logs": [], "station": [], "wire": [], "answers": []}
    backup = {name: text for name, text in secrets_of(site).items() if name.endswith(".key")}
    assert list(told(tmp_path / "backups", backup)) == [], "no secret key is in a backup"
    # The search finds what there is to find: in the office everybody is named, by card as well.
    data = site.premises.server / "data"
    assert {word.rpartition(" in ")[0] for word in told(data, people_of(site))} == set(people_of(site))
    assert {each.number for each in search(site.premises.files, day.uids, {})} >= set(day.uids) - {_STRANGER}
    assert "Traceback" in (site.premises.logs / "server.log").read_text(encoding="utf-8")
