"""A closed period is frozen; later changes make a revision beside it, never over it."""

from datetime import date

import pytest

from central.errors import RefusedError
from central.reports import render_text
from central.reports.snapshots import Filing, close
from central.store.models import (
    ReportSnapshot,
)
from tests.fakes import school as schools
from tests.fakes.register import SUMMER, Register, flat, report
from tests.fakes.school import SmallSchool, at

pytestmark = pytest.mark.django_db


def test_closing_freezes_a_revision_and_later_changes_stand_beside_it(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    now = at(SUMMER, "12:00")
    first = close(report(small), small.year, small.admin, now)
    with pytest.raises(RefusedError, match="with these very numbers"):
        close(report(small), small.year, small.admin, now)
    register.correct(small.ana, schools.taught("A")[0], "absent", at(SUMMER, "11:00"))
    revised = report(small)
    assert revised.closed is not None
    assert (revised.closed.revision, revised.closed.total) == (1, "0.43")
    assert "now 0.42; a revision can be closed beside it" in flat(render_text.render(revised))
    with pytest.raises(RefusedError, match=r"closed before with 0\.43, now it is 0\.42; say why"):
        close(revised, small.year, small.admin, now)
    second = close(revised, small.year, small.admin, now, Filing(reason="a lent card"))
    first.refresh_from_db()
    assert (first.revision, first.body["total"]["ada"]) == (1, "0.43")
    assert (second.revision, second.body["total"]["ada"]) == (2, "0.42")
    assert len(second.body["proof"]) == 39
    assert [row.edition for row in (first, second)] == ["original", "revised"]
    assert [row.reason for row in (first, second)] == ["", "a lent card"]
    assert ReportSnapshot.objects.count() == 2


@pytest.mark.parametrize("role", ["teacher", "clerk", "auditor", "it"])
def test_only_leaders_and_administrators_close_a_report(small: SmallSchool, role: str) -> None:
    with pytest.raises(RefusedError, match="may not close reports"):
        close(report(small), small.year, small.staff[role], at(SUMMER, "12:00"))


def test_a_period_that_is_not_over_is_not_closed(small: SmallSchool) -> None:
    early = report(small, as_of=date(2024, 12, 19))
    with pytest.raises(RefusedError, match="runs until 2024-12-20"):
        close(early, small.year, small.admin, at(SUMMER, "12:00"))
