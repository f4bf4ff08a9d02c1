"""Original, revised and audited editions stand side by side, and each says what it changed."""

import csv
import io
import json
from datetime import date

import pytest

from central.domain.period import Edition, PeriodKind
from central.errors import RefusedError
from central.reports import render_editions
from central.reports.editions import editions
from central.reports.snapshots import Filing, close
from central.store.models import AuditEvent, ReportSnapshot
from tests.fakes import school as schools
from tests.fakes.register import SUMMER, Register, report
from tests.fakes.school import SmallSchool, at

pytestmark = pytest.mark.django_db

NOW = at(SUMMER, "12:00")
AUDIT = Filing(Edition.AUDITED, "the auditor's sample", date(2025, 6, 20))


@pytest.fixture
def filed(small: SmallSchool, register: Register) -> SmallSchool:
    """A school that closed P-1 with 40 days, found a lent card, and revised it."""
    days = schools.taught("A")[:40]
    register.certified(small.algebra, small.ana, days)
    close(report(small), small.year, small.admin, NOW)
    for on in days[:5]:
        register.correct(small.ana, on, "absent", at(SUMMER, "11:00"))
    close(report(small), small.year, small.leader, NOW, Filing(reason="=a lent card"))
    return small


def test_each_edition_keeps_what_it_said_who_signed_it_and_what_it_changed(filed: SmallSchool) -> None:
    first, second = editions(filed.year, PeriodKind.P1)
    assert (first.edition, str(first.total), first.signed_by) == (Edition.ORIGINAL, "0.43", "E007")
    assert (second.edition, str(second.total), second.signed_by) == (Edition.REVISED, "0.38", "E005")
    assert first.changes == ()
    (change,) = second.changes
    assert (change.cell, str(change.difference)) == ("track A, 9-12, classroom", "-0.05")
    assert str(second.difference) == "-0.05"
    assert first.digest != second.digest


def test_an_audited_edition_needs_the_day_the_audit_was_completed_and_keeps_it(filed: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="say so with --audited-on"):
        close(report(filed), filed.year, filed.admin, NOW, Filing(Edition.AUDITED, "as found"))
    late = Filing(Edition.AUDITED, "as found", date(2025, 7, 1))
    with pytest.raises(RefusedError, match="has not come yet"):
        close(report(filed), filed.year, filed.admin, NOW, late)
    assert ReportSnapshot.objects.count() == 2
    # The audit may confirm the very numbers that were filed.
    close(report(filed), filed.year, filed.admin, NOW, AUDIT)
    filed.year.refresh_from_db()
    assert filed.year.audited_on == date(2025, 6, 20)
    told = AuditEvent.objects.get(verb="audit-completed")
    assert told.detail == {"before": None, "after": "2025-06-20"}
    assert [row.edition for row in ReportSnapshot.objects.order_by("pk")] == [
        "original",
        "revised",
        "audited",
    ]
    with pytest.raises(RefusedError, match="these very numbers"):
        close(report(filed), filed.year, filed.admin, NOW, AUDIT)


def test_a_refused_audited_edition_leaves_no_day_of_the_audit_behind(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:3])
    with pytest.raises(RefusedError, match="while there is no original"):
        close(report(small), small.year, small.admin, NOW, AUDIT)
    small.year.refresh_from_db()
    assert small.year.audited_on is None


def test_whoever_closes_second_at_one_moment_is_refused_and_nothing_of_theirs_stays(
    filed: SmallSchool, register: Register
) -> None:
    seen_by_both = report(filed)
    register.certified(filed.algebra, filed.ben, schools.taught("A")[:1])
    close(report(filed), filed.year, filed.leader, NOW, Filing(reason="one more student"))
    with pytest.raises(RefusedError, match="closed by somebody else at this moment"):
        close(seen_by_both, filed.year, filed.admin, NOW, AUDIT)
    filed.year.refresh_from_db()
    assert filed.year.audited_on is None
    assert not AuditEvent.objects.filter(verb="audit-completed").exists()
    assert ReportSnapshot.objects.count() == 3


def test_there_is_one_original_and_a_reason_is_no_novel(filed: SmallSchool, register: Register) -> None:
    register.certified(filed.algebra, filed.ben, schools.taught("A")[:1])
    with pytest.raises(RefusedError, match="no original edition can be closed after the revised edition"):
        close(report(filed), filed.year, filed.admin, NOW, Filing(Edition.ORIGINAL, "again"))
    with pytest.raises(RefusedError, match="at most 255 characters"):
        close(report(filed), filed.year, filed.admin, NOW, Filing(reason="x" * 256))
    assert ReportSnapshot.objects.count() == 2


def test_the_editions_read_the_same_in_three_forms_and_no_reason_runs(filed: SmallSchool) -> None:
    kept = editions(filed.year, PeriodKind.P1)
    text, told, table = (
        render_editions.render(("P-1", "2024-25"), kept, form) for form in ("text", "json", "csv")
    )
    second = json.loads(told)["editions"][1]
    assert (second["ada"], second["difference"], second["reason"]) == ("0.38", "-0.05", "=a lent card")
    assert "track A, 9-12, classroom: 0.43 -0.05 = 0.38" in text
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["total"] for row in rows] == ["0.43", "", "0.38"]
    assert {row["reason"] for row in rows} == {"", "'=a lent card"}


def test_a_period_nobody_closed_says_so(small: SmallSchool) -> None:
    assert "none is closed" in render_editions.render(
        ("P-2", "2024-25"), editions(small.year, PeriodKind.P2), "text"
    )
