"""Which lines are students', how dates and times are written, and what a file without headings holds."""

from datetime import date, time

import pytest

from central.domain.sheet_number import SheetCode, number_of
from central.exchange.named_file import NamedFile
from central.exchange.sheets import clocks, marks
from central.exchange.sheets.dates import Style
from central.exchange.sheets.dates import read as read_date
from central.exchange.sheets.known import Known
from central.exchange.sheets.marks import Mark
from central.exchange.sheets.names import Agreement, Person, Written, agreement
from central.exchange.sheets.reading import Reading, read

THURSDAY = date(2026, 9, 3)
ANA, MAX = Person("0012345", "Núñez", "Ana", "Anita"), Person("7770001", "Total", "Max")


def taken(text: str, **said: str) -> Reading:
    known = Known([ANA, MAX], lambda _number, on: on == THURSDAY, [2026], date(2026, 11, 22))
    return read(NamedFile("sheet.csv", text.encode()), known, said)


def marks_of(found: Reading) -> list[tuple[int, str, date | None, str]]:
    return [
        (entry.line, entry.match.person.number if entry.match.person else "", entry.on, entry.mark.value)
        for entry in found.entries
    ]


def test_totals_remarks_and_headings_once_more_are_left_out_and_listed() -> None:
    found = taken(
        "Site 4\n\nID,Name,9/3\n0012345,Núñez Ana,P\nID,Name,9/3\n7770001,Total Max,A\n"
        "TOTAL,,1\n,Total present,1\nExcused students are marked E\n,,Teacher: Baker\n"
    )
    assert marks_of(found) == [(4, "0012345", THURSDAY, "present"), (6, "7770001", THURSDAY, "absent")]
    assert [left.line for left in found.left_out] == [5, 7, 8, 9, 10]


def test_a_file_without_headings_is_read_by_what_it_holds() -> None:
    found = taken("1,12345,Núñez,Ana,9/3/2026,8:05,12:00\n2,7770001,Total,Max,9/3/2026,8:06,12:00\n")
    assert marks_of(found) == [(1, "0012345", THURSDAY, "present"), (2, "7770001", THURSDAY, "present")]
    assert [(entry.came, entry.left) for entry in found.entries][1] == (time(8, 6), time(12))
    chosen = {guess.key: guess.chosen for guess in found.guesses}
    assert (chosen["header"], chosen["column number"], chosen["column given"]) == ("none", "2", "4")


def test_the_day_of_a_sheet_may_stand_above_its_table_or_be_asked_for() -> None:
    rows = "ID,Time In\n0012345,8:05\n"
    assert marks_of(taken(f"Teacher: Baker,Date: 9/3/2026\n{rows}"))[0][2] == THURSDAY
    assert [guess.key for guess in taken(rows).asks] == ["day", "dates"][:1]
    assert marks_of(taken(rows, day="2026-09-03"))[0][2] == THURSDAY


def test_the_code_of_a_printed_sheet_tells_its_day_class_and_number() -> None:
    code = SheetCode("34000000123456", "ALG 1/01", THURSDAY, THURSDAY, number_of(7))
    found = taken(f"Algebra,{code.text}\nID,Time In\n0012345,8:05\n")
    assert found.code == code
    assert marks_of(found)[0][2] == THURSDAY


def test_a_column_is_named_otherwise_by_its_heading_or_its_place() -> None:
    text = "Old ID,ID,Date,Status\n7770001,0012345,9/3/2026,P\n"
    assert marks_of(taken(text))[0][1] == "0012345"
    for told in ("old id", "1"):
        assert marks_of(taken(text, **{"column number": told}))[0][1] == "7770001"


@pytest.mark.parametrize(
    ("text", "order", "on"),
    [
        ("9/3/26", "mdy", date(2026, 9, 3)),
        ("03/09/2026", "dmy", date(2026, 9, 3)),
        ("26-09-03", "ymd", date(2026, 9, 3)),
        ("46268", "mdy", date(2026, 9, 3)),
        ("3 de septiembre de 2026", "mdy", date(2026, 9, 3)),
        ("Sep 3, 2026", "dmy", date(2026, 9, 3)),
        ("jue 3/9", "dmy", date(2026, 9, 3)),
        ("mar 3 2026", "mdy", date(2026, 3, 3)),
        ("mar 1/9", "dmy", date(2026, 9, 1)),
        ("Fri 9/3/2026", "mdy", None),
        ("9/31/2026", "mdy", None),
        ("2026-09-03 00:00:00", "mdy", date(2026, 9, 3)),
    ],
)
def test_a_date_is_read_in_an_order_or_not_at_all(text: str, order: str, on: date | None) -> None:
    assert read_date(text, Style(order, year=2026)) == on


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("8:05", time(8, 5)),
        ("8:05\u00a0a. m.", time(8, 5)),
        ("1:30p", time(13, 30)),
        ("12:00 AM", time(0)),
        ("0805", time(8, 5)),
        ("0.25", time(6)),
        ("46268.5", time(12)),
        ("8.3", None),
        ("13:00 PM", None),
        ("25:00", None),
        ("noon", None),
    ],
)
def test_a_time_is_read_or_not_at_all(text: str, clock: time | None) -> None:
    assert clocks.read(text) == clock


def test_a_mark_is_read_in_both_languages_and_an_unsure_one_is_a_question() -> None:
    assert [marks.read(each) for each in ("P", "✓", "Retardo", "Falta", " ", "??")] == [
        Mark.PRESENT,
        Mark.PRESENT,
        Mark.TARDY,
        Mark.ABSENT,
        Mark.NOTHING,
        None,
    ]
    assert [marks.sign(each) for each in ("X", "·", "✗", "P")] == ["x", ".", "x", ""]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("NUNEZ, ANA", Agreement.AGREES),
        ("Anita Núñez", Agreement.AGREES),
        ("Núñez, A.", Agreement.PARTLY),
        ("N??ez, Ana", Agreement.PARTLY),
        ("Núñez", Agreement.PARTLY),
        ("Núñez, Ana María", Agreement.PARTLY),
        ("Núñez, Eva", Agreement.DISAGREES),
        ("Ana", Agreement.DISAGREES),
        ("", Agreement.NOTHING_WRITTEN),
    ],
)
def test_a_name_agrees_in_whole_in_part_or_not(text: str, how: Agreement) -> None:
    assert agreement(Written(whole=text), ANA) is how
