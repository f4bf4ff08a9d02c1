"""No file the product hands out holds a cell that a spreadsheet would run, whoever wrote the text in it."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from central.exchange import attendance_file
from central.exchange.attendance_file import Line, Template
from central.exchange.named_file import NamedFile
from central.exchange.spreadsheet import neutral, plain
from central.reports import emergency_report, j13a_sheets, recovery_desk, render_csv
from central.reports.j13a_sheets import Wanted
from central.reports.kinds import kinds
from central.store.models import AuditEvent, School, Section, Staff, StateRequest, StateRequestDay, Student
from central.web import clock, pages
from central.web.pages.page import StaffPage
from central.web.views.charts import CHARTS
from tests.central.web.test_role_matrix import ARGUMENTS
from tests.fakes import school as schools
from tests.fakes.closed_school import FOUR, ClosedSchool
from tests.fakes.register import SUMMER, Register
from tests.fakes.school import MONDAY, SmallSchool, at
from tests.health import source

HOSTILE = '=HYPERLINK("http://x","Ñandú")'
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
OCTOBER = date(2024, 10, 31)
NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?(/\d+)?")
# A module that writes cells itself, and why its texts cannot be run: every other one goes through these.
WRITERS = {
    "central/reports/render_csv.py": "every table of the reports and pages; proven below",
    "central/reports/recovery_desk.py": "the list of recovery; its page is asked below",
    "central/exchange/recovery_csv.py": "recovery records and services; proven below",
    "central/exchange/attendance_file.py": "what another system takes in; proven below",
    "central/exchange/layout.py": "every export to another system; proven in test_layout",
    "central/exchange/workbook.py": "every workbook; proven in test_workbook",
    "central/auditor/packet/tables.py": "every table of an audit packet; proven in test_packet",
    "central/commands/access_log.py": "the access log; proven in its own test",
    "central/exchange/roster_csv.py": "writes for its own reader alone; nothing of it is kept or handed out",
    "central/work/emergency_days.py": "writes for the reader of calendars alone; nothing of it is handed out",
    "central/work/kit_reading.py": "writes for the reader of paper alone; nothing of it is handed out",
}
# A page that hands out something else than a table.
NO_TABLE = {
    "central.web.views.exports": "files as they were given; their cells are proven in test_layout",
    "central.web.views.paper_kit": "an encrypted file for our own program",
    "central.web.views.paper_print": "sheets to be printed",
}
# The page that hands out what another module of the pages makes.
BY_PAGE = {"central.web.views.closure_papers": "closures", "central.web.views.recovery_list": "recovery-file"}
# What a page is asked for.
ASKED = ("?form={form}", "?format={form}", "?request=J1&form={form}")


def writers() -> set[str]:
    """Return the files of the product that make a writer of cells themselves."""
    made = ("csv.writer(", "csv.DictWriter(", "xlsxwriter.Workbook(")
    return {name for name in source.product_files() if any(call in source.text(name) for call in made)}


def handing_out() -> set[str]:
    """Return the modules of the pages that hand out a file."""
    found = set()
    for name in source.product_files():
        if name.startswith("central/web/views/") and "attachment(" in source.text(name):
            found.add(name.removesuffix(".py").replace("/", "."))
    return found


def is_dangerous(cell: str) -> bool:
    return not NUMBER.fullmatch(cell) and (cell.startswith(STARTS) or cell.lstrip().startswith(STARTS))


def cells_of(data: bytes, name: str) -> Iterator[str]:
    """Yield every text of a CSV or XLSX file; an XLSX file may hold no formula at all."""
    if name.endswith(".xlsx"):
        with ZipFile(io.BytesIO(data)) as archive:
            for part in archive.namelist():
                assert b"<f>" not in archive.read(part), part
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheet_names:
            rows = book.get_sheet_by_name(sheet).to_python()
            yield from (cell for row in rows for cell in row if isinstance(cell, str))
    else:
        text = data.decode().removeprefix("\ufeff")
        yield from (cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row)


def test_every_module_that_writes_cells_is_on_the_list() -> None:
    assert writers() == WRITERS.keys(), "say of a new one why its texts cannot be run, and prove it"


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00") | st.sampled_from("=+-@'\t"), max_size=12)
)
@settings(max_examples=60)
def test_a_text_that_was_made_neutral_is_what_it_was_again(text: str) -> None:
    (row,) = csv.reader(io.StringIO(render_csv.table([[text, "."]]), newline=""))
    assert not is_dangerous(row[0])
    assert not is_dangerous(neutral(text))
    assert plain(neutral(text)) == text


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from("=+-@'"), max_size=9
    )
)
@settings(max_examples=40)
def test_what_another_system_takes_in_comes_back_byte_for_byte(text: str) -> None:
    kept = text.strip()
    line = Line(kept or "001", MONDAY, "é" + kept, "present", comment=text)
    data = attendance_file.write([line], Template())
    rows = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=Template().delimiter)
    assert not any(is_dangerous(cell) for row in rows for cell in row)
    problems: list[object] = []
    (back,) = attendance_file.read(NamedFile("a.csv", data), Template(), problems)  # type: ignore[arg-type]  # none
    assert (back.student_number, back.section) == (line.student_number, line.section)
    assert not problems


@pytest.fixture
def hostile(db: None, monkeypatch: pytest.MonkeyPatch) -> ClosedSchool:
    """Return a school in which everything people can name is a formula."""
    del db
    found = ClosedSchool()
    small = found.small
    monkeypatch.setattr(clock, "now", lambda: at(OCTOBER, "12:00"))
    Register(small).certified(small.algebra, small.ana, [date(2024, 9, 16)])
    emergency = found.declare(nature=HOSTILE)
    found.close(emergency)
    found.announce_all(emergency)
    found.calls(small.ana, MONDAY)
    Student.objects.update(family_name=HOSTILE, given_name="+1", preferred_name="@x")
    Section.objects.update(title=HOSTILE)
    Staff.objects.update(family_name=HOSTILE)
    School.objects.update(name=HOSTILE)
    AuditEvent.objects.create(
        at=at(MONDAY, "10:00"), by=HOSTILE, verb=HOSTILE[:40], subject=HOSTILE, detail={"reason": HOSTILE}
    )
    request = StateRequest.objects.create(
        school_year=small.year, code="J1", kind="closure", cause=HOSTILE, by=HOSTILE, at=at(MONDAY, "12:00")
    )
    StateRequestDay.objects.create(request=request, track=small.track_a, on=FOUR[0], minutes=370)
    for row in (small.school, small.year, small.algebra, small.ana):
        row.refresh_from_db()
    return found


def test_no_page_hands_out_a_table_with_a_formula(hostile: ClosedSchool) -> None:
    seen: set[str] = set()
    clients: dict[str, Client] = {}
    asked = [page for page in pages.STAFF if page.view.__module__ in handing_out() or page.name == "closures"]
    for page in sorted(asked, key=lambda page: "file" not in page.name):
        if page.view.__module__ in seen and page.name != "chart-file":
            # Its module hands out by one function, which was asked already.
            continue
        for where in addresses(page, hostile.small):
            answer = client_for(page, hostile.small, clients).get(where)
            name = answer.headers.get("Content-Disposition", "").partition('filename="')[2].rstrip('"')
            if name.endswith((".csv", ".xlsx")):
                bad = [cell for cell in cells_of(answer.content, name) if is_dangerous(cell)]
                assert bad == [], where
                seen |= {page.view.__module__, page.name}
    left = handing_out() - NO_TABLE.keys() - seen
    assert {module for module in left if BY_PAGE.get(module) not in seen | {"recovery-file"}} == set()


def addresses(page: StaffPage, small: SmallSchool) -> Iterator[str]:
    """Yield what a page may be asked for to hand out a table."""
    known = {name: stands_for(small) for name, stands_for in ARGUMENTS.items()} | {"emergency": "E1"}
    names = sorted(f"{word}.csv" for word in CHARTS) if page.name == "chart-file" else [""]
    for name in names:
        given = known | ({"name": name} if name else {})
        where = reverse(page.name, kwargs={each: given[each] for each in page.pattern().pattern.converters})
        if name:
            yield where
            continue
        for query in ASKED:
            yield from (where + query.format(form=form) for form in ("csv", "xlsx"))


def client_for(page: StaffPage, small: SmallSchool, clients: dict[str, Client]) -> Client:
    """Return a browser of somebody who may open a page."""
    role = next(role for role in ("leader", "admin", "clerk", "it") if page.may_open(small.staff[role]))
    if role not in clients:
        clients[role] = Client()
        clients[role].force_login(schools.give_login(small.staff[role]))
    return clients[role]


def test_the_list_of_recovery_holds_no_formula(hostile: ClosedSchool) -> None:
    account = SimpleNamespace(
        **dict.fromkeys(
            ("raw_minutes", "credited_minutes", "minutes_banked", "days_earned", "days_unused"), 0
        ),
        as_of=SUMMER,
        recoverable=(),
        days_allowed=0,
        days_used=0,
    )
    found = SimpleNamespace(rule=HOSTILE, says=HOSTILE)
    line = SimpleNamespace(student=hostile.small.ana, account=account, findings=(found,))
    text = recovery_desk.render([line])  # type: ignore[list-item]  # what a line has, and no more
    cells = list(cells_of(text.encode(), "x.csv"))
    assert [cell for cell in cells if is_dangerous(cell)] == []
    assert sum(HOSTILE in cell for cell in cells) == 2


def test_no_report_of_any_kind_holds_a_formula(hostile: ClosedSchool) -> None:
    year, now = hostile.small.year, at(SUMMER, "12:00")
    # Recovery began a year later; its tables are written by the one function proven above, as all are.
    for word, kind in ((word, kind) for word, kind in kinds().items() if word != "recovery"):
        for suffix, text in kind.write(kind.make(year, SUMMER, now), "csv").items():
            cells = list(cells_of(text.encode(), suffix))
            assert [cell for cell in cells if is_dangerous(cell)] == [], (word, suffix)
            assert cells, word


def test_no_paper_of_an_emergency_holds_a_formula_and_every_accent_stays(hostile: ClosedSchool) -> None:
    small, now = hostile.small, at(SUMMER, "12:00")
    (emergency,) = small.year.emergencies.all()
    emergency.school_year.school.refresh_from_db()
    for papers in (
        emergency_report.papers(emergency, now),
        j13a_sheets.papers(Wanted(small.year, "J1"), now),
    ):
        for form in ("csv", "xlsx"):
            cells = list(cells_of(papers.written(form), f"x.{form}"))
            assert [cell for cell in cells if is_dangerous(cell)] == []
        assert any("Ñandú".encode() in cell.encode() for cell in cells)
