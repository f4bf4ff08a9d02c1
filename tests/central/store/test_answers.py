"""An answer to an open question of the law is what was filed last, in force and not withdrawn."""

from datetime import date

import pytest

from central.domain.finding import Severity
from central.law.question import caveats
from central.store.models import RequirementEvidence
from central.store.queries.answers import answers
from tests.fakes import school as schools
from tests.fakes.school import SmallSchool, at

DAY = date(2024, 9, 2)


@pytest.fixture
def small(db: None) -> SmallSchool:
    del db
    return schools.build()


def file(small: SmallSchool, says: str, *, until: date | None = None, is_withdrawn: bool = False) -> None:
    RequirementEvidence.objects.create(
        school=small.school,
        row="question-reside",
        since=DAY,
        until=until,
        says=says,
        document="letter 7",
        is_withdrawn=is_withdrawn,
        by=small.leader,
        at=at(DAY, "12:00"),
    )


def told(small: SmallSchool, on: date = DAY) -> dict[int, str]:
    return answers(small.school.pk, on, at(on, "23:59"))


def test_the_last_answer_counts_and_says_who_filed_it(small: SmallSchool) -> None:
    file(small, "one paper")
    file(small, "two papers")
    assert told(small) == {6: "two papers (letter 7, filed by employee E005 since 2024-09-02)"}
    assert told(small, date(2024, 9, 1)) == {}
    (found,) = caveats(["R-AGE-01"], DAY, told(small))
    assert found.severity is Severity.NOTICE
    assert "Answered: two papers" in found.says


def test_an_answer_that_is_over_or_withdrawn_is_none(small: SmallSchool) -> None:
    file(small, "one paper", until=date(2024, 9, 30))
    assert told(small, date(2024, 9, 30)) != {}
    assert told(small, date(2024, 10, 1)) == {}
    file(small, "no more", is_withdrawn=True)
    assert told(small) == {}
