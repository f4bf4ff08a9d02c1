"""Months, minutes and penalties: what holds for every calendar and every number."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from central.domain.calendar import SchoolYear, monday_of
from central.domain.enrolment import Grade, GradeSpan
from central.domain.minutes import DayMinutes, Verdict
from central.domain.period import PeriodKind
from central.law.classroom import (
    share_at_the_site,
    verdict_on_time_offered,
    verdict_on_time_required,
)
from central.law.district_days import (
    affected_grade_shortfall,
    district_days_shortfall,
    findings_on_district_days,
)
from central.law.minutes import days_shortfall, minutes_of_the_year, minutes_shortfall
from central.law.months import month_of, school_months
from central.law.nonclassroom import SpanAda, findings_on_classroom_share, funding_determination
from central.law.periods import months_in
from central.law.tracks import findings_on_minutes_of_track
from tests.fakes.school_days import calendar_of

ON = date(2024, 7, 1)
YEAR = SchoolYear("2024-25")
DATES = st.integers(0, 364).map(lambda days: YEAR.starts_on + timedelta(days=days))
WEEKDAYS = DATES.filter(lambda on: on.weekday() < 5)
GRADES = st.sampled_from(Grade)


@given(st.sets(WEEKDAYS, min_size=1, max_size=60), st.sets(DATES.map(monday_of), max_size=4))
def test_school_months_part_the_weekdays_of_the_kept_weeks(days: set[date], weeks: set[date]) -> None:
    kept = {on for on in days if monday_of(on) not in weeks}
    excluded = [week for week in weeks if YEAR.holds(week)]
    kept -= {on for on in kept if monday_of(on) in excluded}
    if not kept:
        return
    months = school_months(calendar_of(kept, excluded_weeks=excluded, year=YEAR.name))
    for on in kept:
        assert sum(month.holds(on) for month in months) == 1
        assert month_of(on, months) is not None
    assert [len(month.weeks) for month in months[:-1]] == [4] * (len(months) - 1)
    assert 1 <= len(months[-1].weeks) <= 4
    for kind in (PeriodKind.P1, PeriodKind.P2):
        inside = months_in(kind, months, YEAR)
        assert tuple(months[: len(inside)]) == inside


@given(GRADES, st.integers(0, 70_000), st.integers(0, 70_000))
def test_more_minutes_never_cost_more(grade: Grade, some: int, others: int) -> None:
    less, more = sorted((some, others))
    assert 0 <= minutes_shortfall(grade, more, ON) <= minutes_shortfall(grade, less, ON) <= 1


@given(st.integers(0, 200), st.integers(0, 200))
def test_more_days_never_cost_more(some: int, others: int) -> None:
    less, more = sorted((some, others))
    for lost in (days_shortfall, district_days_shortfall, affected_grade_shortfall):
        assert 0 <= lost(more, ON) <= lost(less, ON) <= 1


@given(st.lists(st.tuples(DATES, st.integers(0, 600), st.integers(0, 600)), min_size=1, max_size=40))
def test_the_share_at_the_site_is_exact_and_of_weekdays_alone(days: list[tuple[date, int, int]]) -> None:
    lines = {on: (max(one, two), min(one, two)) for on, one, two in days}
    (*years,) = minutes_of_the_year(
        DayMinutes("A", on, Grade.G9, offered, on_site) for on, (offered, on_site) in lines.items()
    )
    kept = [pair for on, pair in lines.items() if on.weekday() < 5]
    offered, on_site = sum(pair[0] for pair in kept), sum(pair[1] for pair in kept)
    assert [(year.days, year.offered, year.on_site) for year in years] == (
        [(len(kept), offered, on_site)] if kept else []
    )
    if offered:
        assert share_at_the_site(years[0]) * offered == on_site
        is_enough = 5 * on_site >= 4 * offered
        assert (verdict_on_time_offered(years[0], ON) is Verdict.MET) is is_enough


def test_days_of_which_nobody_said_the_site_are_kept_apart_by_track_and_grade() -> None:
    monday = date(2024, 9, 9)
    found = minutes_of_the_year(
        [
            DayMinutes("B", monday, Grade.G9, 300, 200, 100),
            DayMinutes("A", monday, Grade.G10, 310),
            DayMinutes("A", monday, Grade.K, 100, 90, None),
            DayMinutes("A", monday + timedelta(days=1), Grade.K, 50, None, 40),
        ]
    )
    rows = [
        (
            row.track,
            row.grade,
            row.days,
            row.offered,
            row.on_site,
            row.required,
            row.site_not_said,
            row.requirement_not_said,
        )
        for row in found
    ]
    assert rows == [
        ("A", Grade.K, 2, 150, 90, 40, 50, 100),
        ("A", Grade.G10, 1, 310, 0, 0, 310, 310),
        ("B", Grade.G9, 1, 300, 200, 100, 0, 0),
    ]
    assert verdict_on_time_required(found[0], ON) is Verdict.NOT_MET


def test_the_finding_on_a_track_names_each_short_grade_in_their_order() -> None:
    offered = {Grade.G9: 64_799, Grade.K: 35_000, Grade.G4: 54_000}
    (found,) = findings_on_minutes_of_track("B", offered, ON)
    assert (found.rule, found.citation, found.subject) == ("R-TRK-06", "EC 47612(d)(4)", "B")
    assert found.blocks
    assert found.says == (
        "the track does not offer the annual minutes (grade K: 35000 of 36000; grade 9: 64799 of 64800)"
    )
    assert "other tracks' minutes do not help" in found.remedy


def test_a_district_is_told_which_of_its_two_penalties_it_meets() -> None:
    assert findings_on_district_days("track A", 180, ON) == ()
    (short,) = findings_on_district_days("track A", 179, ON)
    assert (short.rule, short.citation, short.blocks) == ("R-DAY-02", "EC 46208(c)", True)
    assert short.says == "taught on 179 days; 180 are to be offered to every grade"
    (at_175,) = findings_on_district_days("track A", 175, ON)
    assert at_175.citation == "EC 46208(c)"
    (shorter,) = findings_on_district_days("track A", 174, ON)
    assert shorter.citation == "EC 41420(b); EC 46208(c)"
    assert shorter.says.endswith("; below 175 the whole district's apportionment is cut")
    assert (shorter.subject, shorter.on) == ("track A", None)
    assert "Form J-13A" in shorter.remedy


def test_a_school_too_little_of_whose_attendance_is_in_classrooms_is_told_the_exact_share() -> None:
    def spans(classroom: int) -> list[SpanAda]:
        return [
            SpanAda(GradeSpan.G7_8, Fraction(10), Fraction(10)),
            SpanAda(GradeSpan.G9_12, Fraction(classroom), Fraction(90)),
        ]

    assert findings_on_classroom_share("S", spans(70), ON) == ()
    assert findings_on_classroom_share("S", [], ON) == ()
    (found,) = findings_on_classroom_share("S", spans(69), ON)
    assert (found.rule, found.subject, found.blocks) == ("R-NCB-01", "S", True)
    assert found.says == "79/100 of the attendance is classroom-based; 4/5 must be"


def test_what_no_band_holds_is_a_finding_with_the_three_figures() -> None:
    answer = funding_determination(Fraction(3999, 10_000), Fraction(85, 100), Fraction(20), ON)
    (found,) = answer.findings
    assert answer.funded is None
    assert (found.rule, found.citation, found.blocks) == ("R-NCB-03", "5 CCR 11963.4(a)", True)
    assert "3999/10000 on certificated staff with 17/20 on instruction and 20 pupils" in found.says
    assert "State Board decides" in found.remedy
    assert funding_determination(Fraction(1, 2), Fraction(9, 10), Fraction(20), ON).findings == ()
