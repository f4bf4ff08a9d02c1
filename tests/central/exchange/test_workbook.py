"""A workbook holds texts as texts, numbers as numbers and dates as dates, and runs nothing."""

import io
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from central.exchange import workbook
from central.exchange.spreadsheet import plain
from central.exchange.workbook import Cell, Sheet

LETTERS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from("=+-@'\uff1d\t"),
    max_size=20,
)


def read(data: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {
        name: [list(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names
    }


def one(*cells: Cell) -> Sequence[object]:
    headings = [f"c{at}" for at in range(len(cells))]
    return read(workbook.write([Sheet("one", headings, [cells])]))["one"][1]


def test_every_kind_of_cell_comes_back_as_what_it_was() -> None:
    exact: list[Cell] = [Fraction(1, 3), Fraction(6, 2), Decimal("12.35"), 41]
    assert one("Núñez, Ángel", date(2024, 9, 16), *exact) == [
        *("Núñez, Ángel", date(2024, 9, 16)),
        *("1/3", 3.0, 12.35, 41.0),
    ]
    noon = datetime(2024, 9, 16, 19, tzinfo=UTC)
    assert one("a", None, noon, "b") == ["a", "", "2024-09-16T19:00:00+00:00", "b"]


def test_a_student_number_keeps_its_zeros_and_a_link_is_only_text() -> None:
    assert one("001001", "https://example.org", "1e5") == ["001001", "https://example.org", "1e5"]
    made = workbook.write([Sheet("one", ["x"], [["https://example.org"]])])
    with ZipFile(io.BytesIO(made)) as archive:
        assert [name for name in archive.namelist() if "rels/sheet" in name] == []


@given(LETTERS)
@settings(max_examples=40)
def test_no_text_runs_and_every_name_comes_back_as_it_was_written(text: str) -> None:
    made = workbook.write([Sheet("one", ["x", "end"], [[text, "."]], about=["=1+1"])])
    with ZipFile(io.BytesIO(made)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    back = read(made)["one"]
    assert back[0][0] == "'=1+1"
    cell = str(back[3][0])
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))
    assert plain(cell) == text


def test_both_ways_of_writing_an_accent_stay_what_they_were() -> None:
    composed = unicodedata.normalize("NFC", "Peña Muñoz, Zoë")
    for name in (composed, unicodedata.normalize("NFD", composed)):
        assert str(one(name)[0]).encode() == name.encode()


def test_the_same_tables_are_the_same_file_and_names_of_sheets_never_collide() -> None:
    sheets = [Sheet("Check-ins: 9/16 [all]", ["a"], []), Sheet("check-ins  9 16  all", ["a"], [])]
    assert workbook.write(sheets) == workbook.write(sheets)
    names = list(read(workbook.write([*sheets, Sheet("x" * 40, [], []), Sheet("x" * 40, [], [])])))
    assert len(names) == len({name.casefold() for name in names}) == 4
    assert all(len(name) <= 31 for name in names)


def test_a_row_of_another_width_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells stands under 2 headings of people"):
        workbook.write([Sheet("people", ["a", "b"], [["x"]])])


def test_a_letter_no_file_may_contain_is_shown_and_the_file_stays_whole() -> None:
    assert one("a\x0bb\x00") == ["a\ufffdb\ufffd"]
