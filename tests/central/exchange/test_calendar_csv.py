"""A calendar that contradicts itself is refused with every contradiction."""

from datetime import date, time

from central.domain.calendar import SchoolYear
from central.exchange import calendar_csv
from central.exchange.calendar_csv import Bell, Day, MonthWindow
from central.exchange.problem import Problem

YEAR = SchoolYear("2024-25")


def days(text: str) -> tuple[list[Day], list[str]]:
    problems: list[Problem] = []
    found = calendar_csv.read_days("cal.csv", text.encode(), YEAR, problems)
    return found, [str(problem) for problem in problems]


def months(text: str) -> tuple[list[MonthWindow], list[str]]:
    problems: list[Problem] = []
    found = calendar_csv.read_months("m.csv", text.encode(), problems)
    return found, [str(problem) for problem in problems]


def bells(text: str) -> tuple[list[Bell], list[str]]:
    problems: list[Problem] = []
    found = calendar_csv.read_bells("b.csv", text.encode(), problems)
    return found, [str(problem) for problem in problems]


def test_days_are_read_with_their_kind_and_minutes() -> None:
    found, problems = days(
        "track,date,taught,kind,minutes,note\n"
        "A,2024-08-19,yes,,300,first day\n"
        "A,2024-09-02,no,,,Labor Day\n"
        "B,2024-09-07,yes,make-up,240,\n"
    )
    assert problems == []
    assert [(day.track, day.on, day.is_taught, day.kind, day.minutes) for day in found] == [
        ("A", date(2024, 8, 19), True, "regular", 300),
        ("A", date(2024, 9, 2), False, "holiday", None),
        ("B", date(2024, 9, 7), True, "make-up", 240),
    ]


def test_every_contradiction_of_a_calendar_is_named_at_once() -> None:
    _, problems = days(
        "track,date,taught,kind,minutes\n"
        "A,2024-08-19,yes,regular,300\n"
        "A,2024-08-19,no,holiday,\n"
        "A,2024-08-24,yes,regular,300\n"
        "A,2025-07-01,yes,regular,300\n"
        "A,2024-08-20,perhaps,regular,300\n"
        "A,2024-08-21,yes,closure,300\n"
        "A,2024-08-22,no,holiday,60\n"
        "A,2024-08-23,yes,feast,300\n"
        "A,2024-08-26,yes,regular,many\n"
        ",2024-08-27,yes,regular,300\n"
    )
    assert problems == [
        "cal.csv row 3 column date: row 2 says what 2024-08-19 is for this track already",
        "cal.csv row 4 column kind: 2024-08-24 is a weekend; a day taught then is a make-up day (EC 37223)",
        "cal.csv row 5 column date: 2025-07-01 is not in 2024-25 (2024-07-01 to 2025-06-30)",
        "cal.csv row 6 column taught: 'perhaps' is neither yes nor no",
        "cal.csv row 7 column taught: a closure day is not taught",
        "cal.csv row 8 column minutes: minutes are offered on a day that is not taught",
        (
            "cal.csv row 9 column kind: 'feast' is no kind of day; "
            "write one of regular, minimum, make-up, holiday, staff, closure"
        ),
        "cal.csv row 10 column minutes: 'many' is no number of minutes",
        "cal.csv row 11 column track: this cell is empty",
    ]


def test_minutes_at_the_site_and_required_there_are_part_of_those_offered() -> None:
    header = "track,date,taught,kind,minutes,On-Site,required\n"
    found, problems = days(header + "A,2024-08-19,yes,,360,300,290\nA,2024-08-20,yes,,360,360,\n")
    assert problems == []
    assert [(day.minutes, day.on_site, day.required) for day in found] == [(360, 300, 290), (360, 360, None)]
    _, problems = days(
        header
        + "A,2024-08-19,yes,,360,361,\n"
        + "A,2024-08-20,yes,,,300,\n"
        + "A,2024-08-21,yes,,360,,-1\n"
        + "A,2024-08-22,no,,,,30\n"
    )
    assert problems == [
        "cal.csv row 2 column on_site: 361 of 360 minutes offered cannot be (EC 47612.5(e)(1))",
        "cal.csv row 3 column on_site: part of the day's minutes, but nobody says how many are offered",
        "cal.csv row 4 column required: '-1' is no number of minutes",
        "cal.csv row 5 column required: part of the day's minutes, but nobody says how many are offered",
    ]


def test_a_day_in_two_months_is_refused() -> None:
    _, problems = months(
        "track,number,start,end\n"
        "A,1,2024-08-05,2024-08-30\n"
        "A,2,2024-08-30,2024-09-27\n"
        "B,1,2024-08-05,2024-08-30\n"
        "A,2,2024-10-01,2024-10-25\n"
    )
    assert problems == [
        "m.csv row 3 column start: 1 day from 2024-08-30 on is in month 1 too (row 2)",
        "m.csv row 5 column number: row 3 has month 2 of track A already",
    ]


def test_a_month_inside_another_is_found_however_far_apart_their_rows_are() -> None:
    _, problems = months(
        "track,number,start,end\nA,3,2024-09-09,2024-09-13\nA,1,2024-08-05,2024-09-27\nA,2,2024-08-20,2024-08-21\n"
    )
    assert [problem.split(":")[0] for problem in problems] == [
        "m.csv row 4 column start",
        "m.csv row 2 column start",
    ]


def test_months_that_end_before_they_begin_or_have_no_number_are_refused() -> None:
    _, problems = months("track,number,start,end\nA,1,2024-08-30,2024-08-05\nA,two,2024-09-02,2024-09-27\n")
    assert [problem.split(":")[0] for problem in problems] == [
        "m.csv row 2 column end",
        "m.csv row 3 column number",
    ]


def test_a_bell_line_stands_for_a_meeting_on_each_of_its_weekdays() -> None:
    found, problems = bells("section,weekdays,start,end\nESL1,MWF,8:30,09:40\n")
    assert problems == []
    assert [(bell.weekday, bell.starts, bell.ends) for bell in found] == [
        (day, time(8, 30), time(9, 40)) for day in (0, 2, 4)
    ]


def test_wrong_bell_lines_are_named() -> None:
    _, problems = bells(
        "section,weekdays,start,end\n"
        "ESL1,MX,08:30,09:40\n"
        "ESL1,M,09:40,08:30\n"
        "ESL1,TM,10:00,11:00\n"
        "ESL1,F,25:00,noon\n"
    )
    assert problems == [
        "b.csv row 2 column weekdays: 'MX' are no weekdays; write a letter each of MTWRFSU",
        "b.csv row 3 column end: the class ends (08:30) before it begins (09:40)",
        "b.csv row 4 column weekdays: row 3 says when this section meets that day",
        "b.csv row 5 column start: '25:00' is no time of day; write it in 24 hours, like 08:30",
        "b.csv row 5 column end: 'noon' is no time of day; write it in 24 hours, like 08:30",
    ]


def test_an_empty_calendar_is_no_calendar() -> None:
    assert days("track,date,taught\n") == ([], ["cal.csv: there is no day in this file"])
