"""A report claims days of study by their work, and never what the state has not granted."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from central.domain.enrolment import Modality
from central.domain.finding import Severity
from central.domain.period import PeriodKind
from central.errors import RefusedError
from central.reports.period import PeriodReport
from central.reports.snapshots import close
from central.store.models import Student
from tests.fakes.register import P1_DAYS_A, SUMMER, Register, report, says
from tests.fakes.school import MONDAY, SmallSchool, at, taught
from tests.fakes.study_school import FRIDAY, StudySchool, week


@pytest.fixture
def school(small: SmallSchool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> StudySchool:
    # What is written at noon of the last day is known to a report of its evening.
    return StudySchool(tmp_path, capsys, small, at(SUMMER, "12:00"))


def rows(of: PeriodReport) -> dict[tuple[str, str], str]:
    return {(row.track, row.modality.value): row.exact for row in of.rows}


def studied(school: StudySchool, student: Student, days: list[date]) -> None:
    school.enroll(student, days[0])
    school.agree(student, days, days[0])
    school.works(student, days)


def test_days_of_study_have_a_row_of_their_own_and_class_marks_add_nothing(
    school: StudySchool, register: Register
) -> None:
    small = school.small
    register.certified(small.algebra, small.ben, [MONDAY])
    register.certified(small.algebra, small.ana, week())
    studied(school, small.ana, week()[:3])
    made = report(small)
    assert rows(made)["A", "classroom"] == f"1/{P1_DAYS_A}"
    assert rows(made)["A", "independent study"] == f"3/{P1_DAYS_A}"
    assert "present in a class while enrolled for independent study" in says(made, "R-IS-08")


def test_a_date_in_class_and_in_study_is_one_day(school: StudySchool, register: Register) -> None:
    small = school.small
    register.certified(small.algebra, small.ana, week())
    studied(school, small.ana, week())
    assert rows(report(small))["A", "independent study"] == f"5/{P1_DAYS_A}"


def test_a_report_of_a_past_day_knows_only_the_work_written_by_then(school: StudySchool) -> None:
    small = school.small
    studied(school, small.ana, week())
    assert rows(report(small, as_of=date(2025, 6, 1)))["A", "independent study"] == f"0/{P1_DAYS_A}"
    assert rows(report(small))["A", "independent study"] == f"5/{P1_DAYS_A}"


def test_a_report_with_study_says_that_a_charters_measure_of_a_day_was_recalled(
    school: StudySchool, register: Register
) -> None:
    register.certified(school.small.algebra, school.small.ben, [MONDAY])
    assert "R-IS-05" not in {found.rule for found in report(school.small).caveats}
    studied(school, school.small.ana, week())
    assert "R-IS-05" in {found.rule for found in report(school.small).caveats}


def test_minors_above_the_ratio_keep_p2_open_and_adults_do_not(school: StudySchool) -> None:
    small = school.small
    days = [on for on in taught("A") if on <= date(2025, 4, 11)]
    small.ana.birth_on = date(2008, 1, 1)
    small.ana.save()
    studied(school, small.ana, days)
    assert "no staffing is written down" in says(report(small, PeriodKind.P2), "R-IS-06")
    school.study("staffing", "--year", "2024-25", "--fte", "0.02")
    found = [one for one in report(small, PeriodKind.P2).findings if one.rule == "R-IS-06"]
    assert [one.severity for one in found] == [Severity.BLOCKING]
    assert "1.00 ADA of independent study is 0.50 more than the 0.50 its staff may carry" in found[0].says
    assert says(report(small, PeriodKind.P1), "R-IS-06") == ""
    small.ana.birth_on = date(2000, 1, 1)
    small.ana.save()
    assert says(report(small, PeriodKind.P2), "R-IS-06") == ""


def test_days_that_count_without_a_sample_are_an_auditors_question(school: StudySchool) -> None:
    school.enroll(school.small.ana, MONDAY)
    school.agree(school.small.ana, week(), MONDAY)
    school.works(school.small.ana, week(), evidence="")
    assert "5 days of independent study that count name no work sample" in says(
        report(school.small), "R-IS-08"
    )


def test_four_weeks_with_too_little_attendance_ask_for_action(school: StudySchool) -> None:
    small = school.small
    days = [on for on in taught("A") if on >= MONDAY][:40]
    school.enroll(small.ana, days[0], days[-1])
    school.agree(small.ana, days, days[0])
    school.works(small.ana, [on for index, on in enumerate(days) if index % 10])
    assert says(report(small), "R-IS-07") == ""
    school.at += timedelta(minutes=1)
    school.works(small.ana, [days[5]], minutes=0)
    assert "more than a tenth of four weeks' required time" in says(report(small), "R-IS-07")


def test_work_without_enrollment_for_study_is_pointed_at(school: StudySchool) -> None:
    school.agree(school.small.ana, week(), MONDAY)
    school.works(school.small.ana, week())
    assert "work of 5 days is on record that were not taught, or not enrolled" in says(
        report(school.small), "R-IS-01"
    )


CLOSED = [date(2024, 9, 16), date(2024, 9, 17)]


def asked(school: StudySchool) -> None:
    """Close two days and file a request for them."""
    for on in CLOSED:
        school.close(on)
    text = "track,date,minutes\n" + "".join(f"A,{on},370\n" for on in CLOSED)
    cause = ("--kind", "closure", "--cause", "smoke", "--days", school.file("days.csv", text))
    school.request("request", "J1", *cause)
    school.request("file", "J1", "--on", "2024-10-01", "--evidence", "binder 2")


def test_a_request_not_granted_leaks_into_no_number_of_a_report(
    school: StudySchool, register: Register
) -> None:
    small = school.small
    register.certified(small.algebra, small.ben, week())
    for on in CLOSED:
        school.close(on)
    without = [report(small, kind) for kind in PeriodKind]
    asked(school)
    pending = [report(small, kind) for kind in PeriodKind]
    assert [made.rows for made in pending] == [made.rows for made in without]
    assert [made.total for made in pending] == [made.total for made in without]
    school.request("deny", "J1", "--on", "2025-06-02", "--evidence", "letter")
    assert [report(small, kind).rows for kind in PeriodKind] == [made.rows for made in without]


def test_the_report_shows_what_is_filed_and_what_would_be_if_it_were_approved(
    school: StudySchool, register: Register
) -> None:
    small = school.small
    register.certified(small.algebra, small.ben, week())
    asked(school)
    days = len(taught("A")) - 2
    shown = says(report(small), "R-EMG-04")
    assert "the request for 2 days is filed: nothing of it is credited" in shown
    views = f"{days} days and 0 credited minutes as filed; {days + 2} days and 740 minutes if approved"
    assert views in shown
    school.request("approve", "J1", "--on", "2025-06-02", "--evidence", "letter")
    assert says(report(small), "R-EMG-04") == ""


def test_presence_on_a_closed_day_counts_for_nothing_and_is_pointed_at(
    school: StudySchool, register: Register
) -> None:
    small = school.small
    register.certified(small.algebra, small.ben, [MONDAY, *CLOSED])
    for on in CLOSED:
        school.close(on)
    made = report(small)
    assert rows(made)["A", "classroom"].startswith("1/")
    found = [one for one in made.findings if one.rule == "R-EMG-03"]
    assert [(one.on, one.severity) for one in found] == [(on, Severity.BLOCKING) for on in CLOSED]
    assert "nobody attends a closed day" in found[0].says
    assert "SB 98 of 2020, inoperative since June 30, 2021" in says(made, "R-EMG-06")


def test_a_districts_report_stays_open_while_closed_days_are_missing_from_its_divisor(
    school: StudySchool, register: Register
) -> None:
    small = school.small
    small.school.kind = "district"
    small.school.save()
    register.certified(small.algebra, small.ben, week())
    asked(school)
    made = report(small)
    assert "2 closed days stay in the divisor until their request is approved" in says(made, "R-EMG-04")
    with pytest.raises(RefusedError):
        close(made, small.year, small.leader, at(SUMMER, "12:00"))
    school.request("approve", "J1", "--on", "2025-06-02", "--evidence", "letter")
    assert "divisor" not in says(report(small), "R-EMG-04")


def test_fallen_attendance_is_told_beside_the_rows_and_never_in_them(
    school: StudySchool, register: Register
) -> None:
    small = school.small
    register.certified(small.algebra, small.ben, week())
    before = report(small).rows
    text = f"track,date,normal,attended\nA,{FRIDAY},412.35,371\n"
    days = school.file("days.csv", text)
    school.request("request", "J2", "--kind", "material decrease", "--cause", "flood", "--days", days)
    school.request("file", "J2", "--on", "2024-10-01", "--evidence", "binder 2")
    made = report(small)
    assert "0.00 days of attendance are credited for material decreases as filed, 41.35 if approved" in says(
        made, "R-EMG-05"
    )
    school.request("approve", "J2", "--on", "2025-06-02", "--evidence", "letter")
    assert "41.35 days of attendance are credited for material decreases as filed" in says(
        report(small), "R-EMG-05"
    )
    assert report(small).rows == before
    assert made.total == Decimal("0.05")
    assert {row.modality for row in made.rows} == {Modality.CLASSROOM}
