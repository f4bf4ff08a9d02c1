"""The recovery report says what the ledger says, in every form, and rests on what it names."""

import csv
import io
import json
from datetime import date, timedelta

import pytest

from central.domain.period import PeriodKind
from central.domain.recovery import ServiceKind
from central.errors import CentralError
from central.reports.files import written
from central.reports.kinds import kinds
from central.reports.recovery import RecoveryReport
from central.reports.recovery_report import recovered, report
from central.store.models import Enrollment, SchoolYear
from central.work import recovery_sessions
from central.work.recovery_session_faults import SessionEdit
from tests.central.reports.written import blank_pages, pages, sheets
from tests.fakes import recovery_school
from tests.fakes.recovery_school import CODE, FIRST_DAY, P1_ENDS, RecoverySchool, at

pytestmark = pytest.mark.django_db

SATURDAY = date(2025, 10, 4)
NOVEMBER = date(2025, 11, 4)
CHRISTMAS = date(2025, 12, 31)


@pytest.fixture
def school() -> RecoverySchool:
    made = recovery_school.build(has_begun=True)
    record = made.record()
    for kind in ServiceKind:
        made.service(record, kind)
    made.signed(SATURDAY, {"ana": 240, "ben": 119}, hours=("09:00", "13:00"))
    made.certify(NOVEMBER, ["ana"])
    return made


def made(school: RecoverySchool, as_of: date = CHRISTMAS) -> RecoveryReport:
    return report(school.year, as_of, at(as_of, "23:00"))


def says(of: RecoveryReport, rule: str) -> str:
    return " | ".join(found.says for found in of.findings if found.rule == rule)


def test_a_student_is_shown_at_each_reporting_date_reached(school: RecoverySchool) -> None:
    ana, ben = made(school).students
    assert [(name, account.as_of, account.days_used) for name, account in ana.periods] == [
        ("P-1", P1_ENDS, 1),
        ("as of", CHRISTMAS, 1),
    ]
    assert [(day.on, day.school) for day in ana.made_up] == [(NOVEMBER, CODE)]
    assert (ben.now.raw_minutes, ben.now.credited_minutes, ben.now.minutes_banked) == (119, 60, 60)
    assert (ben.now.days_earned, ben.records, ben.services) == (0, (), ())


def test_every_form_says_the_same(school: RecoverySchool) -> None:
    of = made(school)
    text = kinds()["recovery"].write(of, "text")
    assert list(text) == [".txt", "_proof.csv", "_findings.csv"]
    assert "  34674390123456    A         9-12           1        95        0.01" in text[".txt"]
    assert "PRACTICE" in text[".txt"]
    assert max(len(line) for line in text[".txt"].splitlines()) <= 92
    document = json.loads(kinds()["recovery"].write(of, "json")[".json"])
    assert document["periods"][0]["rows"][0] == {
        "school": CODE,
        "track": "A",
        "grade_span": "9-12",
        "recovered_days": 1,
        "days_taught": 95,
        "exact": "1/95",
        "ada": "0.01",
    }
    rows = list(csv.DictReader(io.StringIO(kinds()["recovery"].write(of, "csv")[".csv"])))
    assert [(row["student"], row["period"], row["days_used"]) for row in rows] == [
        ("001001", "P-1", "1"),
        ("001001", "as of", "1"),
        ("001002", "P-1", "0"),
        ("001002", "as of", "0"),
    ]
    proof = list(csv.DictReader(io.StringIO(text["_proof.csv"])))
    assert [(row["date"], row["school"]) for row in proof if row["about"] == "absence made up"] == [
        (str(NOVEMBER), CODE)
    ]


def test_its_papers_bear_its_stamp_and_say_the_same(school: RecoverySchool) -> None:
    what, night = (kinds()["recovery"], school.year, CHRISTMAS), at(CHRISTMAS, "23:00")
    of = made(school)
    (printed,) = written(of, what, "pdf", night).files.values()
    said = pages(printed)
    assert blank_pages(printed) == []
    assert "Attendance recovery ledger 2025-26" in said[0]
    assert "Recovery coordinator: signature" in said[-1]
    (book,) = written(of, what, "xlsx", night).files.values()
    read = sheets(book)
    credit = [row for row in read["Proof sheet"] if "session" in row[1:2]]
    assert {row[4] for row in credit} == {119, 240}
    assert all(isinstance(row[0], str) for row in credit)
    ledger = read["Ledger"]
    used = ledger[2].index("Days used")
    assert sum(int(row[used]) for row in ledger[3:] if row[1] == "as of") == 1  # type: ignore[call-overload]  # a cell


def test_the_digest_changes_with_what_the_numbers_rest_on(school: RecoverySchool) -> None:
    first = made(school)
    assert made(school).digest == first.digest
    school.certify(NOVEMBER, [], at(NOVEMBER, "20:00"), "she was there")
    assert made(school).digest != first.digest


def test_a_day_in_no_used_service_is_recovered_for_nobody_and_said(school: RecoverySchool) -> None:
    school.signed(date(2025, 10, 11), {"ben": 240}, hours=("09:00", "13:00"))
    school.certify(date(2025, 11, 5), ["ben"])
    of = made(school)
    assert "a recovered day in no Used service" in says(of, "R-AR-12")
    assert [line.days for line in of.periods[0].lines] == [1]


def test_sessions_unsigned_or_without_standards_are_findings(school: RecoverySchool) -> None:
    unsigned = school.session(date(2025, 10, 11), hours=("09:00", "13:00"))
    school.document(unsigned, {"ana": 240})
    bare = school.signed(date(2025, 10, 18), {"ana": 60}, hours=("09:00", "13:00"))
    recovery_sessions.edit(bare, SessionEdit(standards=""), school.act(reason="not known"))
    of = made(school)
    assert "no teacher has signed the minutes" in says(of, "R-AR-11")
    assert "names no lesson and no grade-level standards" in says(of, "R-AR-02")
    assert [line.is_signed for line in of.sessions] == [True, False, True]


def test_a_session_of_a_taught_day_without_bells_is_said(school: RecoverySchool) -> None:
    school.signed(date(2025, 10, 7), {"ana": 60})
    for section in (school.algebra, school.english):
        section.meetings.all().delete()
    assert "no bell schedule says when the regular day is" in says(made(school), "R-AR-03")


def test_long_independent_study_bars_recovery(school: RecoverySchool) -> None:
    Enrollment.objects.filter(student=school.students["ana"]).update(modality="independent study")
    of = made(school)
    assert "continuously in independent study for more than 15 schooldays" in says(of, "R-AR-01")
    assert of.periods[0].lines == ()


def test_a_student_who_came_late_leaves_a_question_to_the_school_before(school: RecoverySchool) -> None:
    Enrollment.objects.filter(student=school.students["ana"]).update(since=FIRST_DAY + timedelta(days=1))
    school.certify(FIRST_DAY + timedelta(days=1), [])
    assert "nobody has asked how many days another school used" in says(made(school), "R-AR-15")


def test_a_report_is_of_a_day_that_has_come_in_a_year_with_recovery(school: RecoverySchool) -> None:
    with pytest.raises(CentralError, match="has not come yet"):
        report(school.year, CHRISTMAS, at(NOVEMBER))
    before = SchoolYear.objects.create(school=school.school, name="2024-25")
    with pytest.raises(CentralError, match="when attendance recovery began"):
        report(before, date(2025, 6, 30), at(NOVEMBER))
    assert recovered(before, PeriodKind.P1, date(2025, 6, 30), at(NOVEMBER)) == []


def test_a_period_still_running_counts_to_the_reports_day(school: RecoverySchool) -> None:
    lines = recovered(school.year, PeriodKind.P2, NOVEMBER, at(NOVEMBER, "23:59"))
    assert [(line.days, line.divisor) for line in lines] == [(1, 150)]
    assert recovered(school.year, PeriodKind.P2, SATURDAY, at(SATURDAY, "23:59")) == []
