"""The report on days and minutes: what was offered, what the state credits, what falls short and costs."""

import json
from datetime import date
from fractions import Fraction

import pytest

from central.domain.enrolment import GradeSpan
from central.domain.minutes import Verdict
from central.errors import CentralError
from central.reports.minutes import MinutesReport
from central.reports.minutes_report import report
from central.reports.render_minutes import render
from central.store.models import CalendarDay, GradeMinutes, StateRequest, StateRequestDay, StateRequestStep
from tests.fakes import school as schools
from tests.fakes.register import Register
from tests.fakes.school import SmallSchool, at, taught

SUMMER = date(2025, 6, 30)


def made(small: SmallSchool, worth: dict[GradeSpan, Fraction] | None = None) -> MinutesReport:
    return report(small.year, SUMMER, at(SUMMER, "12:00"), worth)


def offer(minutes: int, on_site: int | None, required: int | None) -> None:
    CalendarDay.objects.filter(is_taught=True).update(
        minutes_offered=minutes, minutes_on_site=on_site, minutes_required=required
    )


def ask(small: SmallSchool, state: str, minutes: int, on: date = schools.LABOR_DAY) -> None:
    asked, _ = StateRequest.objects.get_or_create(
        school_year=small.year,
        code="J1",
        defaults={"kind": "closure", "cause": "smoke", "by": "x", "at": at(on, "08:00")},
    )
    StateRequestDay.objects.get_or_create(
        request=asked, track=small.track_a, on=on, defaults={"minutes": minutes}
    )
    StateRequestStep.objects.create(request=asked, state=state, on=on, by="x", at=at(on, "09:00"))


def test_a_short_year_is_seen_as_filed_and_if_approved_with_what_it_costs(
    small: SmallSchool, register: Register
) -> None:
    days = len(taught("A"))
    per_day = 64_800 // days
    missing = 64_800 - per_day * days
    offer(per_day, per_day, per_day)
    register.certified(small.algebra, small.ana, taught("A"))
    ask(small, "filed", missing)
    row = made(small).rows[0]
    assert (row.track, row.grade.value, row.year.days, row.required) == ("A", "9", days, 64_800)
    assert (row.credited.as_filed, row.credited.if_approved) == (0, missing)
    assert row.shortfall is not None
    assert row.shortfall.as_filed == Fraction(missing, 64_800)
    assert row.shortfall.if_approved == 0
    assert row.dollars is not None
    assert (row.dollars.per_ada, row.dollars.ada) == (Fraction(12_144), Fraction(1))
    assert row.dollars.lost.as_filed == Fraction(12_144 * missing, 64_800)
    assert row.dollars.lost.if_approved == 0
    ask(small, "approved", missing)
    again = made(small).rows[0]
    assert again.shortfall is not None
    assert (again.credited.as_filed, again.shortfall.as_filed) == (missing, Fraction(0))


def test_days_are_those_taught_on_weekdays_and_a_credited_day_is_one_more(small: SmallSchool) -> None:
    gone = taught("A")[-21:]
    CalendarDay.objects.filter(track=small.track_a, on__in=gone).update(is_taught=False, kind="closure")
    ask(small, "filed", 300, on=gone[0])
    first = made(small).days[0]
    days = len(taught("A")) - 21
    assert (first.track, first.taught, first.needed) == ("A", days, 175)
    assert (first.credited.as_filed, first.credited.if_approved) == (0, 1)
    assert first.shortfall.as_filed == Fraction(175 - days, 175)
    assert first.shortfall.if_approved == Fraction(174 - days, 175)


def test_a_district_loses_of_every_grade_and_of_the_whole_and_has_no_site_to_show(small: SmallSchool) -> None:
    small.school.kind = "district"
    small.school.save()
    offer(400, 400, 400)
    keep = taught("A")[:174]
    CalendarDay.objects.filter(track=small.track_a).exclude(on__in=keep).update(is_taught=False)
    found = made(small)
    assert found.days[0].needed == 180
    assert found.days[0].shortfall.as_filed == Fraction(5 * 56, 10_000) + Fraction(1143, 100_000)
    assert (found.rows[0].at_site, found.rows[0].required_at_site, found.conditions) == (None, None, ())


def test_each_condition_of_classroom_based_instruction_has_a_verdict(
    small: SmallSchool, register: Register
) -> None:
    offer(380, 200, 380)
    register.certified(small.algebra, small.ana, [schools.MONDAY])
    verdicts = [condition.verdict for condition in made(small).conditions]
    assert verdicts == [
        Verdict.NOT_SHOWN,
        Verdict.MET,
        Verdict.NOT_MET,
        Verdict.MET,
        Verdict.NOT_SHOWN,
    ]
    small.teacher.teaching_credentials.all().delete()
    assert made(small).conditions[1].verdict is Verdict.NOT_MET
    assert "1 days certified without a credential" in made(small).conditions[1].shown_by


def test_a_grade_with_days_of_unknown_minutes_is_not_judged(small: SmallSchool) -> None:
    offer(380, None, None)
    CalendarDay.objects.filter(on=schools.MONDAY).update(minutes_offered=None)
    found = made(small)
    assert {row.shortfall for row in found.rows} == {None}
    assert {row.dollars for row in found.rows} == {None}
    assert {row.at_site for row in found.rows} == {Verdict.NOT_SHOWN}
    unsaid = f"1 of {len(taught('A'))} days taught have no minutes in the records: not judged"
    assert unsaid in render(found, "text")[".txt"]


def test_worth_is_what_was_named_and_nothing_where_no_figure_is_known(small: SmallSchool) -> None:
    offer(300, 300, 300)
    (row, _) = made(small, {GradeSpan.G9_12: Fraction(20_000)}).rows
    assert row.dollars is not None
    assert (row.dollars.per_ada, row.dollars.ada) == (Fraction(20_000), Fraction(0))
    assert {row.dollars for row in made(small, {}).rows} == {None}


def test_every_form_says_the_same_and_the_proof_holds_every_day(small: SmallSchool) -> None:
    offer(380, 300, 300)
    found = made(small)
    text = render(found, "text")
    assert list(text) == [".txt", "_proof.csv"]
    assert "Track A grade 9:" in text[".txt"]
    assert found.digest in text[".txt"]
    assert all(len(line) <= 92 for line in text[".txt"].splitlines()), text[".txt"]
    member = json.loads(render(found, "json")[".json"])
    assert member["digest"] == found.digest
    assert member["minutes"][0]["minutes_offered"] == found.rows[0].year.offered
    assert len(member["proof"]) == len(found.proof) == len(taught("A")) + len(taught("B"))
    lines = render(found, "csv")[".csv"].splitlines()
    assert lines[0].startswith("school_year,as_of,track,grade,days,days_taught,minutes_offered")
    assert len(lines) == 3
    proof = text["_proof.csv"].splitlines()
    assert proof[0] == "track,date,grade,offered,on_site,required"
    assert proof[1] == f"A,{taught('A')[0]},9,380,300,300"


def test_any_minute_changed_changes_the_digest(small: SmallSchool) -> None:
    offer(380, 380, 380)
    before = made(small).digest
    assert made(small).digest == before
    day = small.track_a.days.get(on=schools.MONDAY)
    GradeMinutes.objects.create(day=day, grade="9", minutes_offered=380, minutes_on_site=379)
    assert made(small).digest != before


def test_no_report_is_made_of_a_day_that_has_not_come(small: SmallSchool) -> None:
    with pytest.raises(CentralError, match="has not come yet"):
        report(small.year, SUMMER, at(schools.MONDAY, "12:00"))
