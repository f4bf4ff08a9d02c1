"""Recovery in the field names of student information systems; text a spreadsheet shows and never runs."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.calendar import DateSpan
from central.domain.recovery import RecoveryRecord, RecoveryService, ServiceKind
from central.exchange.problem import Problem
from central.exchange.recovery_csv import read_records, read_services, write_records, write_services
from central.exchange.spreadsheet import neutral, plain

OCTOBER, DECEMBER = date(2025, 10, 1), date(2025, 12, 1)
SERVICE = RecoveryService(
    student="001001",
    kind=ServiceKind.USED,
    since=OCTOBER,
    until=None,
    school="34674390123456",
    is_calendar=True,
    days_used=3,
    record=DateSpan(OCTOBER, DECEMBER),
    comments="Saturdays",
)


def said(text: str, *, services: bool = False) -> list[str]:
    """Return what is wrong with a file."""
    problems: list[Problem] = []
    read = read_services if services else read_records
    read("file.csv", text.encode(), problems)
    return [str(problem) for problem in problems]


def test_a_file_has_the_fields_of_the_source_and_the_students_number() -> None:
    record = RecoveryRecord(student="001001", since=OCTOBER, until=DECEMBER, comment="truant")
    assert write_records([record]).splitlines() == [
        "studentNumber,AttendanceRecovery.startDate,AttendanceRecovery.endDate,AttendanceRecovery.comment",
        "001001,2025-10-01,2025-12-01,truant",
    ]
    fields = ["startDate", "endDate", "associatedRecordDates", "serviceType", "comments"]
    fields += ["schoolNumber", "isCalendar", "daysUsed", "timeEarned"]
    assert write_services([SERVICE]).splitlines() == [
        ",".join(["studentNumber", *(f"AttendanceRecoveryService.{name}" for name in fields)]),
        "001001,2025-10-01,,2025-10-01/2025-12-01,Used,Saturdays,34674390123456,1,3,",
    ]


def test_what_is_written_is_read_back() -> None:
    problems: list[Problem] = []
    (line,) = read_services("file.csv", write_services([SERVICE]).encode(), problems)
    assert problems == []
    assert (line.student, line.record, line.kind) == ("001001", (OCTOBER, DECEMBER), ServiceKind.USED)
    assert (line.since, line.until, line.comments) == (OCTOBER, None, "Saturdays")
    assert (line.school, line.is_calendar, line.days_used) == ("34674390123456", True, 3)
    assert line.minutes_earned is None


def test_dates_may_be_written_as_the_source_shows_them_and_fields_without_their_table() -> None:
    text = "studentNumber,startDate,endDate,associatedRecordDates,serviceType,schoolNumber,isCalendar\n"
    text += "001001,10/01/2025,,10/01/2025 - ,used,0123456,no\n"
    problems: list[Problem] = []
    (line,) = read_services("file.csv", text.encode(), problems)
    assert problems == []
    assert (line.since, line.record, line.is_calendar) == (OCTOBER, (OCTOBER, None), False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("studentNumber,startDate\n1,2025-13-01\n", "row 2 column startDate: '2025-13-01' is no date"),
        ("studentNumber,startDate\n,2025-10-01\n", "row 2 column studentNumber: this cell is empty"),
        ("studentNumber,startDate\n1,\n", "row 2 column startDate: this cell is empty"),
        ("studentNumber,startDate\n1,2025-10-01\n1,10/1/2025\n", "row 3 column startDate: row 2 has this"),
        ("studentNumber,comment\n1,x\n", "row 1 column startDate: this column is missing"),
        ("studentNumber,startDate\n", "there is no recovery record in this file"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_by_row_and_column(text: str, says: str) -> None:
    assert any(says in one for one in said(text))


@pytest.mark.parametrize(
    ("cell", "value", "says"),
    [
        (3, "", "column associatedRecordDates: this cell is empty"),
        (3, "last autumn", "column associatedRecordDates: 'last autumn' are no dates of a record"),
        (4, "Spent", "column serviceType: 'Spent' is no type of service; write Earned or Used"),
        (6, "", "column schoolNumber: this cell is empty"),
        (7, "perhaps", "column isCalendar: 'perhaps' is neither 1 nor 0"),
        (8, "1.5", "column daysUsed: '1.5' is no whole number"),
        (9, "-60", "column timeEarned: '-60' is no whole number"),
    ],
)
def test_a_service_that_cannot_be_read_is_named_by_row_and_column(cell: int, value: str, says: str) -> None:
    header, row = list(csv.reader(io.StringIO(write_services([SERVICE]))))
    row[cell] = value
    text = f"{','.join(header)}\n{','.join(row)}\n"
    assert any(f"row 2 {says}" in one for one in said(text, services=True))


@given(st.text(alphabet="='+-@\t ab\uff1d", max_size=8))
def test_no_spreadsheet_runs_a_text_and_every_text_comes_back(text: str) -> None:
    shown = neutral(text)
    assert plain(shown) == text
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))


def test_a_formula_in_a_comment_is_shown_and_comes_back() -> None:
    comment = '=HYPERLINK("http://example.test","x")'
    written = write_records([RecoveryRecord(student="001001", since=OCTOBER, comment=comment)])
    assert "'=HYPERLINK" in written
    problems: list[Problem] = []
    assert read_records("file.csv", written.encode(), problems)[0].comment == comment
