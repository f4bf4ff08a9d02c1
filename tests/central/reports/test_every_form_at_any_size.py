"""Papers of no rows, of fifty thousand rows and of impossible names break in no form and lose nothing."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

import pytest

from central.exchange.workbook import Cell
from central.reports.board_papers import Papers, Printed
from central.reports.stamp import Stamp
from tests.central.reports.written import blank_pages, pages, sheets

NAMES: Final = (
    "Núñez-Ščepanović, Zoë Łucja",
    "Wolfeschlegelsteinhausenbergerdorff" * 6,
    "李小龍, 東京",
    "עברית, שרה / محمد عبد الله",
    "=HYPERLINK(0)",
    "x" * 199 + " y",
)
STAMP: Final = Stamp(
    word="p1",
    title="P-1",
    school=NAMES[1],
    code="19647330112233",
    zone="America/Los_Angeles",
    year="2024-25",
    as_of=date(2025, 6, 30),
    made_at=datetime(2025, 7, 1, 18, tzinfo=UTC),
    rule_set="0123456789ab",
    digest="ab" * 32,
    is_practice=True,
)
FORMS: Final = ("pdf", "xlsx", "csv", "text")
MOST_MB: Final = 320


def papers(count: int) -> Papers:
    """Return papers with a table of so many rows, every fiftieth of them of a name that is hard to set."""
    rows: list[tuple[Cell, ...]] = [
        (
            f"00{number:06}",
            NAMES[number // 50 % len(NAMES)] if number % 50 == 0 else f"Student {number}",
            date(2024, 9, 9),
            "A",
            number,
            Decimal("0.43"),
            Fraction(number, 93),
        )
        for number in range(count)
    ]
    columns = ("Student", "Name", "Date", "Track", "Days", "ADA", "Exactly")
    return Papers("Long", ["About this."], [Printed("Rows", columns, rows)], ("Administrator",))


def test_papers_without_rows_say_none_and_are_signed() -> None:
    empty = papers(0)
    (page,) = pages(empty.written("pdf", STAMP))
    assert "None." in page
    assert "Administrator: signature" in page
    assert "None." in empty.written("text", STAMP).decode()
    assert [row for row in sheets(empty.written("xlsx", STAMP))["Rows"] if row[0] == "Student"]
    assert empty.written("csv", STAMP).decode().startswith("table,Student,Name")
    assert blank_pages(empty.written("pdf", STAMP)) == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", [2_000, pytest.param(50_000, marks=pytest.mark.soak)])
def test_however_many_rows_there_are_none_is_lost_and_no_page_is_blank(count: int) -> None:
    long = papers(count)
    printed = long.written("pdf", STAMP)
    said = pages(printed)
    assert f"Page {len(said)} of {len(said)}" in said[-1]
    assert all("Student Name Date Track" in page for page in said[:-1])
    whole = " ".join(said)
    assert all(f"00{number:06}" in whole for number in range(0, count, 7))
    assert blank_pages(printed) == []
    rows = sheets(long.written("xlsx", STAMP))["Rows"]
    ids = [row[0] for row in rows if isinstance(row[0], str) and row[0].startswith("00")]
    assert ids == [f"00{number:06}" for number in range(count)]
    assert long.written("csv", STAMP).count(b"\r\nRows,00") == count
    text = long.written("text", STAMP).decode()
    assert all(f"00{number:06}" in text for number in range(0, count, 7))
    assert max(map(len, text.splitlines())) <= 92


def test_a_name_is_set_whole_whatever_its_letters() -> None:
    def whole(form: str) -> str:
        data = papers(300).written(form, STAMP)
        return "".join(pages(data)) if form == "pdf" else data.decode()

    for form in ("pdf", "text"):
        said = "".join(whole(form).split())
        assert "Núñez-Ščepanović,ZoëŁucja" in said.replace("\n", "")
        # Parted between lines, but every letter is there.
        assert said.count("x" * 15) >= 5, form
    written = sheets(papers(300).written("xlsx", STAMP))["Rows"]
    names = {str(row[1]).removeprefix("'") for row in written if len(row) > 1}
    assert set(NAMES) <= names


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.soak
@pytest.mark.timeout(600)
def test_fifty_thousand_rows_take_a_bounded_memory(form: str) -> None:
    asked = (
        "import django; django.setup();"
        "from tests.central.reports.test_every_form_at_any_size import papers, STAMP;"
        f"papers(50_000).written({form!r}, STAMP);"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], check=True, capture_output=True, text=True, timeout=590
    )
    assert int(done.stdout) / 1024 < MOST_MB
