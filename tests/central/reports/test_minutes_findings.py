"""What a report must say about time offered and sat through, before anybody certifies it."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from central.domain.enrolment import Modality
from central.domain.finding import Finding, Severity
from central.domain.period import PeriodKind
from central.reports.groundwork import ground_of
from central.reports.minutes_findings import find
from central.store.models import AttendanceRecord, CalendarDay
from tests.fakes import school as schools
from tests.fakes.register import Register
from tests.fakes.school import SmallSchool, at, taught

SUMMER = date(2025, 6, 30)
MONDAY = schools.MONDAY


def findings(small: SmallSchool, kind: PeriodKind = PeriodKind.P1) -> dict[str, list[Finding]]:
    grouped: dict[str, list[Finding]] = {}
    for found in find(ground_of(small.year, kind, SUMMER, at(SUMMER, "12:00"))):
        grouped.setdefault(found.rule, []).append(found)
    return grouped


def offer(minutes: int, on_site: int | None, required: int | None, on: date | None = None) -> None:
    days = CalendarDay.objects.filter(is_taught=True)
    days = days.filter(on=on) if on else days
    days.update(minutes_offered=minutes, minutes_on_site=on_site, minutes_required=required)


def seat(student: str, on: date, came: str, left: str | None) -> None:
    def instant(clock: str) -> datetime:
        return at(on, clock)

    AttendanceRecord.objects.filter(student__given_name=student, on=on).update(
        first_in_at=instant(came), last_out_at=instant(left) if left else None
    )


def test_a_school_whose_records_hold_no_minutes_is_told_so_and_nothing_else(small: SmallSchool) -> None:
    found = findings(small)
    assert list(found) == ["R-MIN-01"]
    (notice,) = found["R-MIN-01"]
    assert (notice.severity, notice.subject) == (Severity.NOTICE, schools.CODE)


def test_a_lawful_year_has_nothing_against_it(small: SmallSchool, register: Register) -> None:
    offer(380, 380, 380)
    register.certified(small.algebra, small.ana, [MONDAY])
    seat("Ana", MONDAY, "08:30", "09:55")
    assert findings(small) == {}


def test_half_the_time_at_the_site_is_found_for_the_year_and_for_its_days(small: SmallSchool) -> None:
    offer(360, 180, 180)
    said = [found.says for found in findings(small)["R-NCB-02"]]
    days = len(taught("A"))
    assert f"{180 * days} of {360 * days} minutes are offered at the site; 80 percent must be" in said
    assert (
        f"on {days} of {days} days too little of the time was offered at the site "
        f"(first {schools.FIRST_DAY}: 180 of 360 minutes)"
    ) in said
    assert any(text.startswith("students must be at the site for") for text in said)


def test_one_day_short_at_the_site_is_pointed_at_though_the_year_is_enough(small: SmallSchool) -> None:
    offer(380, 380, 380)
    offer(380, 200, 200, on=MONDAY)
    found = findings(small)["R-NCB-02"]
    assert {row.severity for row in found} == {Severity.WARNING}
    assert {row.on for row in found} == {MONDAY}


def test_students_who_leave_after_signing_in_are_found_only_where_they_are_claimed(
    small: SmallSchool, register: Register
) -> None:
    offer(380, 380, 380)
    for student in (small.ana, small.ben):
        register.certified(small.algebra, student, [MONDAY])
    register.certified(small.algebra, small.chloe, [MONDAY], mark="absent")
    for name in ("Ana", "Chloe"):
        seat(name, MONDAY, "08:30", "08:35")
    seat("Ben", MONDAY, "08:30", "09:55")
    (found,) = findings(small)["R-NCB-02"]
    assert found.subject == "class ALG1-01"
    assert found.says == (
        "1 of 2 presences with two taps end within 10 minutes of signing in (2024-09-09: 1)"
    )
    AttendanceRecord.objects.update(source="paper")
    assert findings(small) == {}


def test_days_shorter_than_a_minimum_day_are_a_question_to_a_charter_and_more_to_a_district(
    small: SmallSchool,
) -> None:
    offer(380, 380, 380)
    offer(239, 239, 239, on=MONDAY)
    (notice,) = [row for row in findings(small)["R-ADA-05"] if row.subject == "track A"]
    assert notice.severity is Severity.NOTICE
    assert notice.says == "1 days offer less than the minimum day of a grade (first 2024-09-09: 239 minutes)"
    offer(240, 240, 240, on=MONDAY)
    assert "R-ADA-05" not in findings(small)
    small.school.kind = "district"
    small.school.save()
    offer(239, 239, 239, on=MONDAY)
    assert {row.severity for row in findings(small)["R-ADA-05"]} == {Severity.WARNING}


@pytest.mark.parametrize(("kind", "rule"), [("charter", "R-DAY-01"), ("district", "R-DAY-02")])
def test_missing_days_are_found_by_the_law_of_the_school(small: SmallSchool, kind: str, rule: str) -> None:
    small.school.kind = kind
    small.school.save()
    assert rule not in findings(small)
    CalendarDay.objects.filter(track=small.track_a, on__in=taught("A")[-25:]).update(is_taught=False)
    (found,) = findings(small)[rule]
    assert found.subject == "track A"


def test_too_much_independent_study_makes_a_charter_nonclassroom_based(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, taught("A")[:5])
    ground = ground_of(small.year, PeriodKind.P1, SUMMER, at(SUMMER, "12:00"))
    assert len(ground.counted) == 5
    for elsewhere, is_found in ((1, False), (2, True)):
        days = [replace(day, modality=Modality.INDEPENDENT_STUDY) for day in ground.counted[:elsewhere]]
        mixed = replace(ground, counted=[*days, *ground.counted[elsewhere:]])
        assert ("R-NCB-01" in {found.rule for found in find(mixed)}) is is_found
