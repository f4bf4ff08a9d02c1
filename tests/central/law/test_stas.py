"""Who reports a school's absences, and what each check of a row looks at."""

from dataclasses import replace
from datetime import date

import pytest

from central.domain.school import LeaKind
from central.law.calpads import AbsenceSummary
from central.law.stas import Agency, RecoveredBetween, StasRow, findings_on_stas, reporting_agency

ON = date(2025, 9, 1)
AGENCY = Agency("3467439", "0123456")
SUMMARY = AbsenceSummary(
    student="S1", school="0123456", days_expected=180, days_attended=175, unexcused=5, days_recovered=5
)
GOOD = StasRow(student="S1", ssid="1234567890", agency=AGENCY, summary=SUMMARY)


def refused(*rows: StasRow, between: tuple[RecoveredBetween, ...] = ()) -> list[str]:
    return [f"{found.subject} {found.says}" for found in findings_on_stas(rows, ON, {}, between)]


@pytest.mark.parametrize(
    ("kind", "code", "lea_code", "agency"),
    [
        (LeaKind.CHARTER, "34674390123456", "3467439", Agency("0123456", "0123456")),
        (LeaKind.CHARTER, "0123456", "", Agency("0123456", "0123456")),
        (LeaKind.DISTRICT, "34674390123456", "", Agency("3467439", "0123456")),
        (LeaKind.DISTRICT, "0123456", "34674390000000", Agency("3467439", "0123456")),
        (LeaKind.COUNTY_OFFICE, "34103480123456", "3410348", Agency("3410348", "0123456")),
    ],
)
def test_a_charter_reports_for_itself_and_any_other_school_by_its_agency(
    kind: LeaKind, code: str, lea_code: str, agency: Agency
) -> None:
    assert reporting_agency(kind, code, lea_code) == agency


def test_a_good_row_passes() -> None:
    assert refused(GOOD) == []
    assert refused(GOOD, replace(GOOD, student="S2", ssid="1234567891")) == []


@pytest.mark.parametrize("ssid", ["", "123456789", "12345678901", "123456789X", "\u0661234567890"])
def test_an_ssid_is_ten_digits(ssid: str) -> None:
    assert refused(replace(GOOD, ssid=ssid)) == ["S1 the SSID is no number of 10 digits"]


def test_agency_and_school_are_seven_digits_each() -> None:
    assert refused(replace(GOOD, agency=Agency("346743", "0123456"))) == [
        "S1 the reporting agency is no number of 7 digits"
    ]
    assert refused(replace(GOOD, agency=Agency("3467439", "OAK"))) == [
        "S1 the school of attendance is no number of 7 digits"
    ]


def test_a_student_at_two_schools_is_one_ssid_and_two_students_of_one_school_are_not() -> None:
    beside = replace(GOOD, agency=Agency("3467439", "0999999"), summary=replace(SUMMARY, school="0999999"))
    assert refused(GOOD, beside) == []
    assert refused(GOOD, replace(GOOD, student="S2", summary=replace(SUMMARY, student="S2"))) == [
        "S1 another student of the file has this SSID",
        "S2 another student of the file has this SSID",
    ]


def test_unrecorded_days_are_told_once_beside_whatever_else_is_wrong() -> None:
    three = replace(GOOD, unrecorded=3, summary=replace(SUMMARY, days_attended=172))
    assert refused(three) == ["S1 no certified record tells of 3 of the days expected"]
    off = replace(three, summary=replace(SUMMARY, days_attended=171))
    assert len(refused(off)) == 2


def test_the_counts_of_the_exempt_are_not_looked_at() -> None:
    wrong = replace(SUMMARY, days_attended=0, days_recovered=11)
    assert refused(replace(GOOD, is_exempt=True, summary=wrong, unrecorded=4)) == [
        "S1 day counts of a student who is exempt"
    ]


def test_absence_and_recovery_of_one_agency_belong_together() -> None:
    here = RecoveredBetween("S1", ON, "3467439", "3467439")
    assert refused(GOOD, between=(here,)) == []
    (said,) = refused(GOOD, between=(here, replace(here, recovered_lea="")))
    assert "is made up with agency unknown" in said
