"""Paper that says absent of a signed presence holds the day back until somebody has decided."""

import pytest

from central.domain.calendar import SchoolYear
from central.domain.day_bits import days_of, from_bytes
from central.exchange.named_file import NamedFile
from central.store.models import PaperLine, StudentYear
from central.work import paper_import, paper_withdrawal, student_years
from central.work.adjudicate import decide, undecided
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.paper_preview import Wish
from central.work.paper_waiting import contradicted
from central.work.resolve import resolve
from tests.fakes.paper import EVENING, tap
from tests.fakes.school import MONDAY, SmallSchool

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(small: SmallSchool) -> SmallSchool:
    """Ben tapped and was signed for as present; the sheet that says he was absent turns up afterwards."""
    student_years.rebuild(small.year)
    tap(small, small.ben, "08:31")
    resolve(EVENING)
    rest = [Change(each.pk, Action.ABSENT) for each in (small.ana, small.chloe)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, EVENING), rest)
    return small


def bring_paper(small: SmallSchool, mark: str) -> PaperLine:
    rows = f"student number,date,mark\n{small.ben.number},{MONDAY},{mark}".encode()
    wish = Wish(NamedFile("sheet.csv", rows), section=small.algebra, sheet="S-1")
    paper_import.accept(wish, small.clerk, EVENING)
    return PaperLine.objects.get()


def counts(small: SmallSchool) -> bool:
    """Tell whether Ben's Monday is claimed; what is kept must be what the records make of it."""
    assert list(student_years.differences(small.year)) == []
    kept = StudentYear.objects.filter(student=small.ben)
    return any(
        MONDAY in days_of(from_bytes(bytes(row.attended)), SchoolYear(small.year.name)) for row in kept
    )


def test_the_day_waits_for_the_decision_and_counts_again_after_it(signed: SmallSchool) -> None:
    assert counts(signed)
    line = bring_paper(signed, "absent")
    assert [each.student for each in contradicted(signed.year)] == [signed.ben]
    assert not counts(signed)
    decide(line, "other", "he came at half past eight, I saw him", signed.teacher, EVENING)
    assert undecided(signed.algebra, MONDAY) == []
    assert counts(signed)


def test_the_day_counts_again_when_the_sheet_is_withdrawn(signed: SmallSchool) -> None:
    line = bring_paper(signed, "absent")
    assert not counts(signed)
    batch = line.sheet.batch
    assert batch is not None
    paper_withdrawal.withdraw(batch, signed.clerk, "it was another class's", EVENING)
    assert counts(signed)


def test_paper_that_agrees_holds_nothing_back(signed: SmallSchool) -> None:
    bring_paper(signed, "present")
    assert contradicted(signed.year) == []
    assert counts(signed)
