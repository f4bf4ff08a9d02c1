"""Printed class sheets, read back as a person does: the text on each page, and the code by its picture."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pypdfium2
import pytest
import zxingcpp

from central.domain.class_sheet import ClassPlan, ClassSheet, Held, Place, Printing, SheetClass
from central.domain.errors import DomainError
from central.domain.sheet_number import SheetCode, number_of
from central.reports import class_sheets, lettering

MONDAY = date(2024, 9, 9)
DAYS = tuple(Held(MONDAY + timedelta(days=day), time(8, 30), time(10, 0)) for day in range(5))
LONG = "Featherstonehaugh-Cholmondeley de la Cruz y Villanueva, Maximiliana Alejandrina"
NAMES = ("Nguyễn, Thị Đào", "Wałęsa, Żółć", "Núñez-O'Brien, María", LONG, "Soto, Ana")
_DPI = 150


def sheet(students: int, *, is_week: bool = False, code: str = "ALG1-01") -> ClassSheet:
    """Return the sheet of a class of so many, whose names repeat."""
    places = [
        Place(f"{1000 + place:09d}", NAMES[place % len(NAMES)], MONDAY, MONDAY + timedelta(days=6))
        for place in range(students)
    ]
    of = SheetClass("Cedar Charter", code, "Algebra 1", "R101", ("Ortiz, Rubén",))
    last = MONDAY + timedelta(days=6 if is_week else 0)
    printing = Printing("34000000123456", MONDAY, last, datetime(2024, 9, 6, 15, 4), "the server", is_week)  # noqa: DTZ001  the school's own time
    return printing.sheet(ClassPlan(of, DAYS, tuple(places)), number_of(4711 + students))


def pages(*sheets: ClassSheet) -> Sequence[tuple[str, list[str], tuple[float, float]]]:
    """Return of each page its text, the codes seen in its picture in black and white, and its size."""
    found = []
    for page in pypdfium2.PdfDocument(class_sheets.draw(sheets, lettering.register())):
        picture = page.render(scale=_DPI / 72).to_pil().convert("1")
        codes = [code.text for code in zxingcpp.read_barcodes(picture)]
        found.append((page.get_textpage().get_text_range(), codes, page.get_size()))
    return found


def test_a_class_of_forty_fits_one_page_of_letter_paper() -> None:
    forty = sheet(40)
    ((text, codes, size),) = pages(forty)
    assert codes == [forty.code.text]
    assert SheetCode.parse(codes[0]) == forty.code
    assert size == (612, 792)
    for word in (
        *("Cedar Charter", "Algebra 1 (ALG1-01)", "Room R101", "Ortiz, Rubén", "Monday, 09/09/2024"),
        *("8:30 AM to 10:00 AM", "Time in", "Time out", "Signature", "P present", "A absent", "T tardy"),
        *("Ink only", "Staff signature", "Date", "page 1 of 1", forty.code.number),
        *("Nguyễn, Thị Đào", "Wałęsa, Żółć", "Núñez-O'Brien, María", "Soto, Ana"),
        *(each.number for each in forty.students),
    ):
        assert word in text, word
    assert text.count("+") == 3
    assert "install" not in text


def test_a_class_of_sixty_stands_on_two_pages_with_its_code_on_both() -> None:
    sixty = sheet(60)
    (first, codes, _), (second, again, _) = pages(sixty)
    assert codes == again == [sixty.code.text]
    assert "page 1 of 2" in first
    assert "page 2 of 2" in second
    for place, student in enumerate(sixty.students):
        assert (student.number in first, student.number in second) == (place < 30, place >= 30)
    assert (first.count("+"), second.count("+") >= 3) == (0, True)
    assert all("Staff signature" in text and sixty.code.number in text for text in (first, second))


def test_students_stand_in_the_order_of_a_register_accents_beside_plain_letters() -> None:
    of = SheetClass("Cedar Charter", "X", "X", "", ())
    people = ("Zeta, A", "Ávila, B", "Avila, C", "avila, a", "Łuk, A", "Luz, A")
    places = tuple(Place(name, name, MONDAY, MONDAY) for name in people)
    printing = Printing("1", MONDAY, MONDAY, datetime(2024, 9, 6, 15, 4), "the server")  # noqa: DTZ001  as above
    printed = printing.sheet(ClassPlan(of, DAYS, places), number_of(1))
    assert [each.name for each in printed.students] == [
        *("avila, a", "Ávila, B", "Avila, C", "Łuk, A", "Luz, A", "Zeta, A")
    ]


def test_a_week_is_a_grid_on_paper_laid_on_its_side() -> None:
    week = sheet(30, is_week=True)
    (first, codes, size), (second, again, _) = pages(week)
    assert size == (792, 612)
    assert codes == again == [week.code.text]
    assert SheetCode.parse(codes[0]).on_last == MONDAY + timedelta(days=4)
    for text in (first, second):
        assert all(f"{held.on:%a %m/%d} 8:30 to 10:00 AM" in text for held in DAYS), text
        assert "09/09/2024 to 09/13/2024" in text
        assert text.count("PAT") == 5
        assert "Staff initials of each day" in text


def test_a_name_too_long_for_one_line_takes_two_and_loses_nothing() -> None:
    ((text, _, _),) = pages(sheet(10))
    assert LONG in " ".join(text.split())


def test_every_class_of_a_day_lies_in_one_file_and_an_empty_one_has_lines_to_write_on() -> None:
    codes = [
        found for _, found, _ in pages(sheet(3), sheet(0, code="EMPTY"), sheet(41), sheet(2, is_week=True))
    ]
    assert [SheetCode.parse(code).section for (code,) in codes] == [
        *("ALG1-01", "EMPTY", "ALG1-01", "ALG1-01", "ALG1-01")
    ]


@pytest.mark.parametrize("name", ["ÄÖ/" * 20, "alg_1~b", "Álgebra 1", "数学-1", "a" * 60])
def test_a_code_is_read_whatever_a_class_is_called(name: str) -> None:
    ((_, codes, _),) = pages(sheet(3, code=name))
    assert SheetCode.parse(codes[0]).section == name


def test_a_letter_the_machine_cannot_draw_is_said_on_the_sheet() -> None:
    plain = lettering.built_in()
    data = class_sheets.draw([sheet(5)], plain)
    text = pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()
    assert "Nguyen, Thi" in text
    assert "apt-get install fonts-dejavu-core" in " ".join(text.split())


def test_the_same_sheets_make_the_same_file() -> None:
    letters = lettering.register()
    assert class_sheets.draw([sheet(7)], letters) == class_sheets.draw([sheet(7)], letters)


def test_a_sheet_of_no_day_or_of_two_days_on_a_roll_is_refused() -> None:
    roll = sheet(2)
    for days in ((), DAYS[:2]):
        with pytest.raises(DomainError, match="for one day or for a week"):
            replace(roll, days=days)
