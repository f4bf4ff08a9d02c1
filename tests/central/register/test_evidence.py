"""What people bring for the register: who may, how long it holds, and how it is withdrawn."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from central.errors import RefusedError
from central.register.evidence import bring, brought, expires_on, withdraw
from central.register.register import register
from central.register.standing import Standing, State
from central.register.table import rows
from central.store.models import AuditEvent, RequirementEvidence, Staff
from tests.fakes import school as schools
from tests.fakes.school import SmallSchool, at

YEARLY, LASTING, MONTHLY, QUESTION = "school-lcap", "reading-02", "school-enrollment", "question-reside"
DAY = date(2024, 9, 2)


@pytest.fixture
def small(db: None) -> SmallSchool:
    del db
    return schools.build()


def stands(small: SmallSchool, key: str, on: date) -> Standing:
    found = register(small.school, on, small.year)
    return next(standing for standing in found.rows if standing.row.key == key)


def file(  # what a person types, in one call
    by: Staff,
    key: str,
    since: date = DAY,
    until: date | None = None,
    *,
    says: str = "adopted",
    document: str = "",
) -> RequirementEvidence:
    return bring(rows()[key], by, at(DAY, "12:00"), says=says, document=document, valid=(since, until))


def test_evidence_makes_a_row_met_until_it_expires(small: SmallSchool) -> None:
    file(small.clerk, YEARLY)
    found = stands(small, YEARLY, date(2024, 9, 3))
    assert found.answer.state is State.MET
    assert found.answer.reason == "adopted, since 2024-09-02, by employee E004, until 2025-09-01"
    assert stands(small, YEARLY, date(2025, 8, 3)).answer.state is State.AT_RISK
    gone = stands(small, YEARLY, date(2025, 9, 2)).answer
    assert gone.state is State.NEEDS_EVIDENCE
    assert gone.reason.startswith("what was brought since 2024-09-02 ended on 2025-09-01; School leader must")


def test_evidence_ends_on_its_own_day_where_that_is_earlier(small: SmallSchool) -> None:
    kept = file(small.clerk, YEARLY, until=date(2024, 12, 31))
    needs = rows()[YEARLY].needs
    assert needs is not None
    assert expires_on(needs, kept) == date(2024, 12, 31)
    assert stands(small, YEARLY, date(2025, 1, 1)).answer.state is State.NEEDS_EVIDENCE


def test_evidence_of_a_month_holds_a_month_and_what_lasts_has_no_end(small: SmallSchool) -> None:
    file(small.clerk, MONTHLY)
    file(small.clerk, LASTING)
    assert stands(small, MONTHLY, date(2024, 10, 1)).answer.state is State.AT_RISK
    assert stands(small, MONTHLY, date(2024, 10, 2)).answer.state is State.NEEDS_EVIDENCE
    assert stands(small, LASTING, date(2030, 1, 1)).answer.state is State.MET


def test_evidence_does_not_count_before_it_begins_or_was_filed(small: SmallSchool) -> None:
    file(small.clerk, YEARLY, since=date(2024, 10, 1))
    early = stands(small, YEARLY, date(2024, 9, 30)).answer
    assert early.state is State.NEEDS_EVIDENCE
    assert "begins only on 2024-10-01" in early.reason
    file(small.clerk, LASTING, since=date(2024, 7, 1))
    assert stands(small, LASTING, date(2024, 9, 1)).answer.state is State.NEEDS_EVIDENCE


def test_what_is_withdrawn_needs_evidence_again_and_nothing_is_deleted(small: SmallSchool) -> None:
    file(small.clerk, YEARLY)
    withdraw(rows()[YEARLY], small.leader, at(date(2024, 9, 10), "09:00"), "the wrong year")
    gone = stands(small, YEARLY, date(2024, 9, 10)).answer
    assert gone.state is State.NEEDS_EVIDENCE
    assert gone.reason.startswith("withdrawn by employee E005 (the wrong year); School leader must bring")
    assert stands(small, YEARLY, date(2024, 9, 9)).answer.state is State.MET
    assert RequirementEvidence.objects.count() == 2
    assert list(AuditEvent.objects.values_list("verb", flat=True)) == ["bring-evidence", "withdraw-evidence"]
    file(small.clerk, YEARLY)
    assert len(brought(small.school.pk, at(date(2024, 9, 11), "09:00"))[YEARLY]) == 1
    assert stands(small, YEARLY, date(2024, 9, 10)).answer.state is State.MET


def test_there_is_nothing_to_withdraw_twice(small: SmallSchool) -> None:
    file(small.clerk, YEARLY)
    withdraw(rows()[YEARLY], small.clerk, at(DAY, "13:00"), "no")
    with pytest.raises(RefusedError, match="nothing that was brought for school-lcap stands"):
        withdraw(rows()[YEARLY], small.clerk, at(DAY, "14:00"), "no")


def test_a_document_that_is_a_file_is_kept_by_its_hash(small: SmallSchool, tmp_path: Path) -> None:
    paper = tmp_path / "minutes.pdf"
    paper.write_bytes(b"%PDF")
    kept = file(small.clerk, YEARLY, says="", document=str(paper))
    assert kept.sha256 == hashlib.sha256(b"%PDF").hexdigest()
    assert file(small.clerk, YEARLY, says="", document="binder 3, office").sha256 == ""


def test_a_question_is_answered_by_the_leader_and_says_who_and_when(small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match=r"employee E004 \(an attendance clerk\) cannot file this"):
        file(small.clerk, QUESTION)
    file(small.leader, QUESTION, says="domicile, shown by two papers")
    found = stands(small, QUESTION, DAY).answer
    assert (found.state, found.reason) == (
        State.MET,
        "domicile, shown by two papers, since 2024-09-02, by employee E005",
    )


@pytest.mark.parametrize("role", ["teacher", "paraeducator", "auditor"])
def test_nobody_else_files_evidence(role: str, small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="cannot file this; ask the attendance clerk"):
        file(small.staff[role], YEARLY)


def test_what_is_refused_leaves_nothing_behind(small: SmallSchool) -> None:
    for key, change, says in (
        ("student-resident", {}, "answered by the records"),
        (YEARLY, {"says": "", "document": ""}, "must say something"),
        (YEARLY, {"says": "x" * 1001}, "in 1000 characters"),
        (YEARLY, {"document": "x" * 256}, "document in 255"),
        (YEARLY, {"until": date(2024, 9, 1)}, "before it begins"),
    ):
        with pytest.raises(RefusedError, match=says):
            file(small.clerk, key, **change)
    with pytest.raises(RefusedError, match="needs a reason"):
        withdraw(rows()[YEARLY], small.clerk, at(DAY, "13:00"), " ")
    assert not RequirementEvidence.objects.exists()
    assert not AuditEvent.objects.exists()
