"""Workbooks of every kind come to the same lines, and none can fill the memory."""

import io
import zipfile
from datetime import date, time

import pytest
import xlsxwriter

from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.exchange.sheets import line
from central.exchange.sheets.known import Known
from central.exchange.sheets.names import Person
from central.exchange.sheets.reading import Reading, read

THURSDAY = date(2026, 9, 3)
ANA, BEN = Person("0012345", "Núñez", "Ana"), Person("7770001", "Ось", "Бен")
HEADINGS = ("Student Number", "Name", "Date", "Time In")


def known() -> Known:
    return Known([ANA, BEN], lambda _number, on: on == THURSDAY, [2026], date(2026, 11, 22))


def workbook(*, hidden: bool = False) -> bytes:
    """Return an XLSX with numbers as numbers, a date and times as a spreadsheet keeps them."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        notes = book.add_worksheet("Notes")
        notes.write_row(0, 0, ["Ask Ms. Baker", "about Friday"])
        sheet = book.add_worksheet("Week")
        sheet.write(0, 0, "Highland Site 4")
        sheet.write_row(2, 0, HEADINGS)
        day, clock = (book.add_format({"num_format": shape}) for shape in ("m/d/yyyy", "h:mm"))
        for row, (person, came) in enumerate(((ANA, time(8, 5)), (BEN, time(13, 30))), start=3):
            sheet.write_number(row, 0, float(person.number))
            sheet.write_string(row, 1, f"{person.family}, {person.given}")
            sheet.write_datetime(row, 2, THURSDAY, day)
            sheet.write_datetime(row, 3, came, clock)
        if hidden:
            old = book.add_worksheet("Old")
            old.write_row(0, 0, HEADINGS)
            old.write_row(1, 0, [float(ANA.number), "Núñez, Ana", "2026-09-03", "9:59"])
            old.hide()
    return data.getvalue()


def open_document() -> bytes:
    """Return an ODS, as little of one as there may be."""
    rows = [
        HEADINGS,
        ("0012345", "Núñez, Ana", "9/3/2026", "8:05"),
        ("7770001", "Ось, Бен", "9/3/2026", "1:30 PM"),
    ]
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}>'
        f'<office:body><office:spreadsheet><table:table table:name="Week">{cells}</table:table>'
        "</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return data.getvalue()


def lines(found: Reading) -> list[tuple[int, str, date | None, time | None]]:
    assert not any(entry.problems for entry in found.entries)
    return [
        (entry.line, entry.match.person.number if entry.match.person else "", entry.on, entry.came)
        for entry in found.entries
    ]


def test_a_worksheet_is_found_and_its_numbers_are_no_decimals() -> None:
    found = read(NamedFile("week.xlsx", workbook(hidden=True)), known(), {})
    assert lines(found) == [(4, "0012345", THURSDAY, time(8, 5)), (5, "7770001", THURSDAY, time(13, 30))]
    chosen = next(guess for guess in found.guesses if guess.key == "worksheet")
    # What the school hid nobody meant to hand in.
    assert (chosen.chosen, chosen.options) == ("Week", ("Notes", "Week"))
    assert found.entries[0].written.text.encode() == "Núñez, Ana".encode()


def test_another_worksheet_is_a_choice_away() -> None:
    with pytest.raises(CentralError, match="no column of student numbers"):
        read(NamedFile("week.xlsx", workbook()), known(), {"worksheet": "Notes"})


def test_an_open_document_is_read_the_same() -> None:
    found = read(NamedFile("week.ods", open_document()), known(), {})
    assert lines(found) == [(2, "0012345", THURSDAY, time(8, 5)), (3, "7770001", THURSDAY, time(13, 30))]


def bomb(size: int) -> bytes:
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as file,
    ):
        for _ in range(size // 2**20):
            file.write(bytes(2**20))
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("bomb.xlsx", bomb(line.MOST_UNPACKED + 2**20), "unpacked the workbook is too large"),
        ("cut.xlsx", workbook()[:-200], "the workbook is damaged; open it and save it again"),
        ("broken.xlsx", workbook().replace(b"PK\x05\x06", b"PK\x05\x07"), "the workbook is damaged"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "the workbook is damaged"),
        ("noise.csv", bytes(range(256)) * 4, "this is neither text nor a workbook"),
        ("empty.csv", b"", "no column of student numbers"),
        ("large.csv", b"1" * (line.MOST_BYTES + 1), "is larger than 32 MiB; split it"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(name: str, data: bytes, says: str) -> None:
    with pytest.raises(CentralError, match=says):
        read(NamedFile(name, data), known(), {})


def test_a_file_of_too_many_lines_says_so() -> None:
    text = "Student Number,Date\n" + "1,2\n" * (line.MOST_LINES + 1)
    with pytest.raises(CentralError, match="the file has more than 200000 lines; split it"):
        read(NamedFile("long.csv", text.encode()), known(), {})


def test_a_quote_left_open_swallows_no_line_in_silence() -> None:
    text = 'Student Number,Name,Date\n0012345,"Núñez, Ana,2026-09-03\n7770001,"Ось, Бен",2026-09-03\n'
    found = read(NamedFile("quote.csv", text.encode()), known(), {})
    assert [str(why) for _, why in found.faults] == [
        "a cell runs over several lines; look for a quote left open here"
    ]
