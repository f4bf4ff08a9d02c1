"""The retention schedule: nothing may go while it is held, and nothing before its day."""

from datetime import date, datetime

import pytest

from central.reports.paper_retention import papers
from central.reports.retention_report import RetentionReport, report
from central.store.models import SchoolYear
from central.work.retention import add_hold, complete_audit, lift_hold
from tests.fakes.school import SmallSchool, at

pytestmark = pytest.mark.django_db
AUDITED = date(2025, 12, 15)
"""Of 2024-25 in the school year after it: detail is kept into the third year after that one."""
FIRST_DAY_TO_GO = date(2028, 7, 1)
LATER = at(date(2028, 7, 2), "12:00")


def made(small: SmallSchool, now: datetime, as_of: date | None = None) -> RetentionReport:
    return report(SchoolYear.objects.get(pk=small.year.pk), as_of or now.date(), now)


def stands(of: RetentionReport) -> dict[str, str]:
    table = next(each for each in papers(of).tables if each.short == "Records")
    return {str(row[0]): str(row[-1]) for row in table.rows}


def audit(small: SmallSchool) -> None:
    complete_audit(small.year, AUDITED, small.admin, at(AUDITED, "12:00"))


def test_detail_may_go_in_the_third_year_after_the_audit_and_what_is_permanent_never(
    small: SmallSchool,
) -> None:
    before = made(small, at(AUDITED, "08:00"), date(2025, 12, 14))
    assert stands(before)["attendance records"] == "keep: the audit is not complete"
    audit(small)
    assert made(small, LATER, date(2025, 12, 14)).audited_on is None
    kept = {each.what: each for each in made(small, LATER).kept}
    assert kept["attendance records"].may_go_from == FIRST_DAY_TO_GO
    assert kept["enrollments"].may_go_from is None
    assert stands(made(small, LATER, date(2028, 6, 30)))["taps"] == "keep until that day"
    assert stands(made(small, LATER))["taps"] == "may be destroyed"
    assert stands(made(small, LATER))["reports closed"] == "keep for ever"


def test_nothing_may_go_while_it_is_held_and_a_lifted_hold_stays_in_the_list(small: SmallSchool) -> None:
    audit(small)
    add_hold(small.year, "appeal", "a claim is in dispute", small.leader, at(date(2026, 1, 5), "12:00"))
    held = made(small, LATER)
    assert set(stands(held).values()) == {"held: keep"}
    assert [(found.subject, found.rule) for found in held.findings] == [("appeal", "R-RET-01")]
    assert all(each.may_go_from is None for each in held.kept)
    assert next(each.by_rule for each in held.kept if each.what == "taps") == FIRST_DAY_TO_GO
    lift_hold(small.year, "appeal", "the appeal was decided", small.leader, at(date(2028, 7, 1), "12:00"))
    free = made(small, LATER)
    (hold,) = free.holds
    assert (free.standing, hold.lifted_by, hold.lifted_why) == ((), "E005", "the appeal was decided")
    assert stands(free)["taps"] == "may be destroyed"
    # As of a day on which it stood, it stands.
    assert made(small, LATER, date(2027, 1, 1)).standing


def test_every_year_stands_in_the_schedule_with_what_the_rule_cites(small: SmallSchool) -> None:
    SchoolYear.objects.create(school=small.school, name="2025-26")
    of = made(small, LATER)
    assert [(each.name, each.detail_may_go_from) for each in of.years] == [
        ("2024-25", None),
        ("2025-26", None),
    ]
    assert "5 CCR 16025" in of.wording.cite
    assert all(papers(of).written(form) for form in ("pdf", "xlsx", "csv"))
