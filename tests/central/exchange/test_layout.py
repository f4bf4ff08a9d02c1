"""Files of any layout: exact both ways, and nothing in them that a spreadsheet would run."""

import csv
import io
import string
import zipfile
from datetime import date, time

from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.calendar import DateSpan
from central.domain.calendar import SchoolYear as Year
from central.domain.recovery import RecoveryRecord, RecoveryService, ServiceKind
from central.exchange import layout, recovery_csv
from central.exchange.aeries import tables as aeries
from central.exchange.aeries.tables import AttendanceRow, DetailRow, MakeUp
from central.exchange.calpads import absence_summary
from central.exchange.calpads.absence_summary import Identity, StasTemplate
from central.exchange.calpads.names import transliterated
from central.exchange.infinite_campus import positive
from central.exchange.infinite_campus.positive import PositiveLine
from central.exchange.layout import Column, Layout
from central.exchange.oneroster import writing
from central.exchange.problem import Problem
from central.exchange.spreadsheet import plain
from central.law.calpads import AbsenceSummary
from central.law.stas import Agency, StasRow
from tests.central.reports.test_no_formula_leaves import STARTS, cells_of, is_dangerous

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from("=+-@'^,\"\u2019"),
    max_size=12,
)
NAMES = TEXT.map(str.strip).filter(bool)
ON = date(2025, 10, 1)
FEW = settings(max_examples=60, deadline=None)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=4), st.sampled_from(["comma", "tab", "caret", "semicolon"]))
@FEW
def test_every_text_comes_back_and_none_is_run(
    lines: list[tuple[str, str]], separator: layout.Separator
) -> None:
    shape = Layout((Column("a", "a"), Column("b", "b")), separator)
    data = layout.write(shape, [{"a": one, "b": two} for one, two in lines])
    delimiter = {"comma": ",", "tab": "\t", "caret": "^", "semicolon": ";"}[separator]
    head, *found = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter)
    assert head == ["a", "b"]
    assert [tuple(map(plain, row)) for row in found] == lines
    assert not any(is_dangerous(cell) for row in found for cell in row)


@given(NAMES)
@FEW
def test_no_cell_of_any_export_is_run(text: str) -> None:
    """Every format of rows with a hostile text wherever a text can stand."""
    line = PositiveLine(text, text, ON, time(8), time(9))
    row = AttendanceRow(
        student=text,
        on=ON,
        day_number=1,
        all_day=text,
        periods={"1": text},
        make_up=MakeUp(on=ON, minutes=240, comment=text),
    )
    detail = DetailRow(student=text, session=text, on=ON, hours=1)
    summary = AbsenceSummary(student=text, school=text, days_expected=1, days_attended=1, days_recovered=0)
    stas = StasRow(student=text, ssid=text, agency=Agency(text, text), summary=summary)
    template, who = StasTemplate(transaction=text), Identity(text, text, ON)
    record = RecoveryRecord(student=text, since=ON, comment=text)
    service = RecoveryService(
        student=text,
        kind=ServiceKind.USED,
        since=ON,
        until=None,
        school=text,
        is_calendar=False,
        record=DateSpan(ON),
        comments=text,
    )
    caret = absence_summary.cells(stas, who, Year("2025-26"), absence_summary.DEFAULT, template)
    comma = Layout(absence_summary.DEFAULT.columns)
    codes = aeries.Codes(make_up=text)
    files = [
        layout.write(positive.DEFAULT, [positive.cells(line, positive.DEFAULT)]),
        layout.write(aeries.ATTENDANCE, [aeries.attendance_cells(row, text, codes, aeries.ATTENDANCE)]),
        layout.write(aeries.DETAIL, [aeries.detail_cells(detail, text, aeries.DETAIL)]),
        layout.write(comma, [caret]),
        recovery_csv.write_records([record]).encode(),
        recovery_csv.write_services([service]).encode(),
    ]
    for data in files:
        assert [cell for cell in cells_of(data, "x.csv") if is_dangerous(cell)] == []
    (_, *fields) = layout.write(absence_summary.DEFAULT, [caret]).decode().rstrip("\r\n").split("^")
    assert not any(field.startswith(STARTS) for field in fields)


@given(NAMES)
@FEW
def test_a_zip_of_the_roster_holds_no_formula(text: str) -> None:
    row = {"sourcedId": "1", "familyName": text, "givenName": text, "title": text, "name": text}
    data = writing.write("1.1", {"users": [row], "classes": [row], "orgs": [row]}, "Rollbook")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            cells = list(cells_of(archive.read(name), name))
            assert [cell for cell in cells if is_dangerous(cell)] == []


@given(st.text(max_size=20), st.sampled_from(["-", "", " "]))
@settings(max_examples=200, deadline=None)
def test_a_name_for_the_state_has_its_letters_alone(name: str, space: str) -> None:
    written = transliterated(name, space)
    assert set(written) <= {*string.ascii_letters, *string.digits, *".-'", space}
    assert not written.startswith(("-", "'"))
    assert transliterated(written, space) == written
    if name.isascii() and name.isalnum():
        assert written == name


def test_names_people_have_are_written_as_they_would() -> None:
    names = {
        "N\u00fa\u00f1ez": "Nunez",
        "O\u2019Brien": "O'Brien",
        "Mar\u00eda Jos\u00e9": "Maria-Jose",
        "Garc\u00eda\u2010L\u00f3pez": "Garcia-Lopez",
        "\u0141ukasz S\u00f8rensen": "Lukasz-Sorensen",
        "\u0110\u1eb7ng": "Dang",
        "\u738b": "",
    }
    assert {name: transliterated(name) for name in names} == names


COMMENTS = TEXT.map(str.strip).map(lambda text: text[:255])


@given(
    st.lists(st.tuples(COMMENTS, st.booleans()), min_size=1, max_size=4),
    st.sampled_from([ServiceKind.USED, ServiceKind.EARNED]),
    st.integers(0, 60),
)
@FEW
def test_recovery_files_come_back_byte_for_byte(
    told: list[tuple[str, bool]], kind: ServiceKind, figure: int
) -> None:
    """What is read of a file writes the very file again."""
    records = [
        RecoveryRecord(
            student=f"00{place}", since=ON, until=date(2025, 12, 1) if is_ended else None, comment=comment
        )
        for place, (comment, is_ended) in enumerate(told)
    ]
    services = [
        RecoveryService(
            student=record.student,
            kind=kind,
            since=ON,
            until=record.until,
            school="34674390123456",
            is_calendar=record.until is None,
            days_used=figure if kind is ServiceKind.USED else None,
            minutes_earned=None if kind is ServiceKind.USED else figure,
            record=record.dates,
            comments=record.comment,
        )
        for record in records
    ]
    problems: list[Problem] = []
    first = recovery_csv.write_records(records), recovery_csv.write_services(services)
    kept = recovery_csv.read_records("r.csv", first[0].encode(), problems)
    held = recovery_csv.read_services("s.csv", first[1].encode(), problems)
    assert problems == []
    again = [
        RecoveryRecord(student=line.student, since=line.since, until=line.until, comment=line.comment)
        for line in kept
    ]
    anew = [
        RecoveryService(
            student=line.student,
            kind=line.kind,
            since=line.since,
            until=line.until,
            school=line.school,
            is_calendar=line.is_calendar,
            days_used=line.days_used,
            minutes_earned=line.minutes_earned,
            record=DateSpan(*line.record),
            comments=line.comments,
        )
        for line in held
    ]
    assert (recovery_csv.write_records(again), recovery_csv.write_services(anew)) == first
