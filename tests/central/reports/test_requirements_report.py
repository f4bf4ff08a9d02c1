"""The register as a report: every row of every list, and the states it counts are those of the register."""

from collections import Counter

import pytest

from central.register.register import register
from central.register.table import rows
from central.reports.paper_requirements import papers
from central.reports.requirements_report import report
from central.store.models import RequirementEvidence
from tests.fakes.register import SUMMER
from tests.fakes.school import SmallSchool, at

pytestmark = pytest.mark.django_db


def test_every_row_of_the_register_is_told_as_it_stands(small: SmallSchool) -> None:
    RequirementEvidence.objects.create(
        school=small.school,
        row="duty-electronic-approval",
        since=SUMMER,
        says="the auditor's letter of June",
        by=small.leader,
        at=at(SUMMER, "09:00"),
    )
    made = report(small.year, SUMMER, at(SUMMER, "12:00"))
    states = {row.key: row.state for row in made.rows}
    assert list(states) == list(rows())
    asked = register(small.school, SUMMER, small.year)
    assert states == {each.row.key: each.answer.state.value for each in asked.rows}
    assert states["duty-electronic-approval"] == "met"
    counted = next(each for each in papers(made).tables if each.short == "Counts")
    *_, every = counted.rows
    by_state = Counter(states.values())
    assert list(every[1:]) == [
        *(by_state[state] for state in ("met", "at risk", "broken", "needs evidence")),
        len(rows()),
    ]
    says = " ".join(found.says for found in made.findings)
    assert f"{by_state['needs evidence']} of {len(rows())} requirements" in says
    assert all(papers(made).written(form) for form in ("pdf", "xlsx", "csv"))
