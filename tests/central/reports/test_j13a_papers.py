"""What is asked of the state: days the records know, sheets to copy from, and no credit before approval."""

import io
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from central.domain.closure import RequestKind
from central.domain.period import PeriodKind
from central.errors import RefusedError
from central.reports import j13a_prefill, j13a_sheets, request_effect
from central.reports.j13a_prefill import Asked
from central.reports.j13a_sheets import Wanted
from central.reports.request_effect import Case, Effect
from central.reports.snapshots import close
from central.store.models import Outage, School
from central.work import years_in_step
from tests.fakes.closed_school import FOUR, ClosedSchool
from tests.fakes.register import SUMMER, Register, report
from tests.fakes.school import MONDAY, at, taught
from tests.fakes.study_school import StudySchool

NOON = at(SUMMER, "12:00")
JUNE = (date(2025, 6, 2), date(2025, 6, 3), date(2025, 6, 4))


@pytest.fixture
def closed(db: None) -> ClosedSchool:
    del db
    found = ClosedSchool()
    found.close(found.declare())
    return found


@pytest.fixture
def school(closed: ClosedSchool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> StudySchool:
    return StudySchool(tmp_path, capsys, closed.small, NOON)


def asked(school: StudySchool, code: str = "J1", kind: RequestKind = RequestKind.CLOSURE, *more: str) -> None:
    """Draft a request of what the records know of September."""
    days = j13a_prefill.days(school.small.year, Asked(kind, MONDAY, date(2024, 9, 30)))
    file = school.file(f"{code}.csv", j13a_prefill.as_csv(kind, days))
    school.request("request", code, "--kind", kind, "--cause", "smoke", "--days", file, *more)


def step(school: StudySchool, verb: str, on: date, code: str = "J1", *more: str) -> None:
    school.request(verb, code, "--on", str(on), "--evidence", "binder 2", *more)


def effect(school: StudySchool, code: str = "J1") -> Effect:
    return request_effect.effect(school.small.year, code, PeriodKind.P2, SUMMER, NOON)


def figures(found: Effect, track: str = "A") -> dict[Case, tuple[int, int, int]]:
    return {
        row.case: (row.divisor, row.credited_days, row.credited_minutes)
        for row in found.rows
        if row.track == track
    }


def pages(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return " ".join(" ".join(p.get_textpage().get_text_range().split()) for p in document)
    finally:
        document.close()


def test_the_days_of_a_closure_are_those_of_the_calendar_with_their_minutes(school: StudySchool) -> None:
    asking = Asked(RequestKind.CLOSURE, MONDAY, FOUR[1])
    days = j13a_prefill.days(school.small.year, asking)
    assert [(day.track, day.on, day.minutes) for day in days] == [
        (track, on, 370) for track in "AB" for on in FOUR[:2]
    ]
    with pytest.raises(RefusedError, match="nothing on file between"):
        j13a_prefill.days(school.small.year, replace(asking, since=date(2025, 1, 1), until=date(2025, 1, 31)))


def test_a_fallen_day_stands_beside_the_average_of_october(school: StudySchool) -> None:
    small = school.small
    october = [on for on in taught("A") if on.month == 10]
    register = Register(small)
    for student in (small.ana, small.ben):
        register.certified(small.algebra, student, october)
    low = date(2024, 9, 16)
    register.certified(small.algebra, small.ana, [low])
    asking = Asked(RequestKind.MATERIAL_DECREASE, low, low)
    (day,) = j13a_prefill.days(small.year, asking)
    assert (day.track, day.normal, day.attended) == ("A", Fraction(2), 1)
    assert j13a_prefill.as_csv(asking.kind, [day]).splitlines()[1] == "A,2024-09-16,2.00,1"
    register.certified(small.algebra, small.ben, [low])
    with pytest.raises(RefusedError, match="nothing on file"):
        j13a_prefill.days(small.year, asking)


def test_days_of_an_outage_are_those_records_may_be_lost_of(school: StudySchool) -> None:
    small = school.small
    Outage.objects.create(
        school=small.school,
        scope="school",
        since_at=at(date(2024, 9, 17), "09:00"),
        until_at=at(date(2024, 9, 18), "12:00"),
        cause="power",
        says="the transformer burnt",
        by=small.clerk,
        at=NOON,
    )
    asking = Asked(RequestKind.LOST_RECORDS, MONDAY, date(2024, 9, 30))
    days = j13a_prefill.days(small.year, asking)
    assert [(day.track, day.on.day) for day in days] == [("A", 17), ("A", 18), ("B", 17), ("B", 18)]
    Register(small).certified(small.algebra, small.ana, [date(2024, 9, 17)])
    asked(school, "J3", RequestKind.LOST_RECORDS)
    (sheet,) = [
        each
        for each in j13a_sheets.papers(Wanted(small.year, "J3"), NOON).tables
        if each.short == "Section D"
    ]
    assert list(sheet.rows[0])[:6] == ["A", date(2024, 9, 17), 1, 1, 0, 0]
    assert "outage (power) of school: the transformer burnt" in str(sheet.rows[0][6])


def test_the_sheets_are_the_same_in_print_in_a_workbook_and_for_a_program(school: StudySchool) -> None:
    School.objects.update(name="=Escuela Ñandú")
    school.small.year.refresh_from_db()
    school.small.year.school.refresh_from_db()
    asked(school)
    step(school, "file", date(2024, 10, 1))
    made = j13a_sheets.papers(Wanted(school.small.year, "J1", effect(school)), NOON)
    printed = pages(made.written("pdf"))
    for words in ("Section A. School: =Escuela Ñandú", "Section B: closed days", "EC 41422", "Tuesday"):
        assert words in printed
    assert "Authorizer: signature" in printed
    book = CalamineWorkbook.from_filelike(io.BytesIO(made.written("xlsx")))
    rows = book.get_sheet_by_name("Section B").to_python()
    assert ["A", MONDAY, "Monday", 370.0, "E1"] in rows
    text = made.written("csv").decode()
    assert "Section B,A,2024-09-09,Monday,370,E1\r\n" in text
    with pytest.raises(RefusedError, match="has no request J9"):
        j13a_sheets.papers(Wanted(school.small.year, "J9"), NOON)


def certified(school: StudySchool, on: date) -> None:
    """Let Ben be present on a day, and his year know it."""
    Register(school.small).certified(school.small.algebra, school.small.ben, [on])
    years_in_step.rebuild_all(school.small.school)


def test_p2_is_the_same_number_whatever_becomes_of_a_charters_request(school: StudySchool) -> None:
    small = school.small
    certified(school, date(2024, 9, 16))
    before = close(report(small, PeriodKind.P2, SUMMER), small.year, small.leader, NOON)
    asked(school)
    step(school, "file", JUNE[0])
    filed = figures(effect(school))
    assert filed == {Case.NOW: (157, 0, 0), Case.APPROVED: (157, 4, 1480), Case.DENIED: (157, 0, 0)}
    pending = report(small, PeriodKind.P2, SUMMER)
    step(school, "deny", JUNE[1])
    assert figures(effect(school))[Case.NOW] == (157, 0, 0)
    step(school, "file", JUNE[1], "J1", "--reason", "of another school")
    step(school, "approve", JUNE[2])
    found = effect(school)
    assert figures(found)[Case.NOW] == (157, 4, 1480)
    assert found.pupil_days("A") == 1
    assert found.report.digest == report(small, PeriodKind.P2, SUMMER).digest
    rows = [(row["exact"], row["ada"]) for row in before.body["rows"] if row["track"] == "A"]
    assert (
        [(row.exact, str(row.ada)) for row in pending.rows if row.track == "A"] == rows == [("1/157", "0.01")]
    )


def test_a_districts_divisor_loses_its_closed_days_on_approval_and_at_no_step_before(
    school: StudySchool,
) -> None:
    small = school.small
    School.objects.update(kind="district")
    small.year.school.refresh_from_db()
    small.school.refresh_from_db()
    certified(school, date(2024, 9, 16))
    asked(school)
    step(school, "file", JUNE[0])
    assert figures(effect(school)) == {
        Case.NOW: (161, 0, 0),
        Case.APPROVED: (157, 4, 1480),
        Case.DENIED: (161, 0, 0),
    }
    made = report(small, PeriodKind.P2, SUMMER)
    with pytest.raises(RefusedError, match="4 closed days stay in the divisor"):
        close(made, small.year, small.leader, NOON)
    step(school, "approve", JUNE[1])
    assert figures(effect(school))[Case.NOW] == (157, 4, 1480)
    close(report(small, PeriodKind.P2, SUMMER), small.year, small.leader, NOON)


def test_attendance_credited_for_a_fallen_day_is_beside_the_rows_and_only_once_approved(
    school: StudySchool,
) -> None:
    small = school.small
    on = date(2024, 9, 16)
    Register(small).certified(small.algebra, small.ben, [on])
    text = f"track,date,normal,attended\nA,{on},3.00,1\n"
    days = school.file("d.csv", text)
    school.request("request", "J2", "--kind", "material decrease", "--cause", "flood", "--days", days)
    step(school, "file", JUNE[0], "J2")
    now, approved, denied = effect(school, "J2").rows
    assert [row.credited_attendance for row in (now, approved, denied)] == [0, 2, 0]
    assert (str(now.ada_with_credit), str(approved.ada_with_credit)) == ("0.01", "0.02")
    step(school, "approve", JUNE[1], "J2")
    assert effect(school, "J2").rows[0].credited_attendance == 2
    assert [row.numerator for row in report(small, PeriodKind.P2, SUMMER).rows if row.track == "A"] == [1]


def test_the_command_tells_each_case_and_which_one_may_be_certified(school: StudySchool) -> None:
    asked(school)
    said = school.run("j13a", "effect", "J1", "--year", "2024-25", "--period", "p2", "--as-of", str(SUMMER))
    assert "request J1 is draft; P-2 of 2024-25 as of 2025-06-30" in said
    assert "track A as it stands: 0/157 = 0.00" in said
    assert "only the first case may be certified; proof: 0 pupil-days, SHA-256 " in said
    out = school.folder / "j1.xlsx"
    school.run("j13a", "sheets", "J1", "--year", "2024-25", "--format", "xlsx", "--out", out)
    book = CalamineWorkbook.from_path(str(out))
    assert "Section B" in book.sheet_names
    about = {row[0]: row[1] for row in book.get_sheet_by_name("About").to_python()}
    assert len(str(about["Data SHA-256"])) == 64
    assert about["To verify"] == "rollbook-central j13a sheets"
    span = ("--since", str(MONDAY), "--until", str(MONDAY + timedelta(1)))
    told = school.run("j13a", "prefill", "--year", "2024-25", "--kind", "closure", *span)
    assert told.splitlines()[:2] == ["track,date,minutes", "A,2024-09-09,370"]
