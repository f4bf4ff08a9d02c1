"""A file of minutes names dates or ranges, grades and minutes, or is refused with every fault."""

from datetime import date

from central.domain.calendar import SchoolYear
from central.domain.enrolment import Grade
from central.exchange.minutes_csv import MinutesLine, read_minutes
from central.exchange.problem import Problem

HEADER = "track,grade,date,from,to,kind,offered,on_site,required\n"


def read(text: str, header: str = HEADER) -> tuple[list[MinutesLine], list[str]]:
    problems: list[Problem] = []
    lines = read_minutes("m.csv", (header + text).encode(), SchoolYear("2024-25"), problems)
    return lines, [str(problem).removeprefix("m.csv ") for problem in problems]


def test_a_line_is_about_one_date_or_about_the_days_of_a_kind_in_a_range() -> None:
    lines, problems = read(
        "A,9,2024-09-09,,,,360,300,290\nA,K-2,,2024-08-05,2025-05-30,minimum,200,,\nA,tk,2024-09-09,,,,0,,\n"
    )
    assert problems == []
    one, many, tk = lines
    assert (one.grades, one.since, one.until, one.is_one_date) == (
        (Grade.G9,),
        date(2024, 9, 9),
        date(2024, 9, 9),
        True,
    )
    assert (one.offered, one.on_site, one.required) == (360, 300, 290)
    assert (many.grades, many.kind, many.is_one_date) == ((Grade.K, Grade.G1, Grade.G2), "minimum", False)
    assert (many.offered, many.on_site, many.required) == (200, None, None)
    assert (tk.grades, tk.offered) == ((Grade.TK,), 0)


def test_every_fault_of_a_line_is_named() -> None:
    lines, problems = read(
        "A,13,2024-09-09,,,,360,,\n"
        "A,12-9,2024-09-09,,,,360,,\n"
        "A,9,,,,,360,,\n"
        "A,9,2024-09-09,2024-09-09,,,360,,\n"
        "A,9,,2024-09-10,2024-09-09,,360,,\n"
        "A,9,,2024-06-30,2024-09-09,,360,,\n"
        "A,9,2024-09-09,,,minimum,360,,\n"
        "A,9,,2024-09-09,2024-09-09,holiday,360,,\n"
        "A,9,2024-09-09,,,,,,\n"
        "A,9,2024-09-09,,,,1441,,\n"
        "A,9,2024-09-09,,,,360,361,362\n"
        "A,,2024-09-09,,,,360,,\n"
        ",9,2024-09-09,,,,360,,\n"
    )
    assert lines == []
    assert problems == [
        "row 2 column grade: '13' is no grade; write TK, K, 1 to 12, or a range like 9-12",
        "row 3 column grade: the range '12-9' runs backwards",
        "row 4 column date: name either a date, or the first (from) and last (to) of a range",
        "row 5 column date: name either a date, or the first (from) and last (to) of a range",
        "row 6 column to: the range ends (2024-09-09) before it begins (2024-09-10)",
        "row 7: 2024-06-30 is not in 2024-25 (2024-07-01 to 2025-06-30)",
        "row 8 column kind: a kind chooses days of a range; a date is one day, of whatever kind it is",
        "row 9 column kind: 'holiday' is no kind of day that is taught: regular, minimum, make-up",
        "row 10 column offered: this cell is empty",
        "row 11 column offered: '1441' is no number of minutes",
        "row 12 column on_site: 361 of 360 minutes offered cannot be (EC 47612.5(e)(1))",
        "row 12 column required: 362 of 360 minutes offered cannot be (EC 47612.5(e)(1))",
        "row 13 column grade: this cell is empty",
        "row 14 column track: this cell is empty",
    ]


def test_a_range_needs_both_its_ends_and_a_file_a_line() -> None:
    assert read("A,9,,2024-09-09,,,360,,\n")[1] == [
        "row 2 column to: this cell is empty; a date like 2024-08-19 belongs here"
    ]
    assert read("")[1] == ["m.csv: there is no line in this file"]
    assert read("", header="track,grade\n")[1] == ["row 1 column offered: this column is missing"]
