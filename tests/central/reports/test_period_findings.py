"""A report says what is wrong with the school's own data before anybody signs it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from central.domain.finding import Severity
from central.exchange.named_file import NamedFile
from central.store.models import (
    Assignment,
    CalendarDay,
    SessionCertification,
    TeachingCredential,
)
from central.work import paper, review
from central.work.certify import certify_session
from central.work.changes import Action, Change
from tests.fakes import school as schools
from tests.fakes.one_class import everybody_marked, signed
from tests.fakes.register import P1_DAYS_A, P1_DAYS_B, SUMMER, Register, ada, report, rules, says
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


def test_nothing_uncertified_is_counted_and_the_report_says_how_much_that_is(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    register.provisional(small.algebra, small.ben, MONDAY)
    made = report(small)
    assert ada(made)["A"] == (f"1/{P1_DAYS_A}", Decimal("0.01"))
    assert "1 records of 1 sessions are not certified" in says(made, "R-REC-04")


def test_a_signature_no_credential_is_valid_for_is_not_counted(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY, MONDAY + timedelta(days=1)])
    TeachingCredential.objects.filter(staff=small.teacher).update(until=MONDAY)
    made = report(small)
    assert ada(made)["A"][0] == f"1/{P1_DAYS_A}"
    assert "1 days no credential on file is valid for" in says(made, "R-AGE-05")


def test_sessions_nobody_signed_are_counted_against_the_school(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:90])
    made = report(small)
    assert f"{3 + P1_DAYS_B} of {P1_DAYS_A + P1_DAYS_B} sessions held have no signature" in says(
        made, "R-REC-01"
    )


def test_a_late_signature_without_paper_is_listed(small: SmallSchool) -> None:
    SessionCertification.objects.create(
        section=small.algebra,
        on=MONDAY,
        revision=1,
        by=small.teacher,
        at=at(SUMMER, "09:00"),
        signed_with="totp",
        late_reason="forgot",
        present=0,
        absent=3,
    )
    assert "1 sessions were certified after their calendar day, wholly or in part, 1 of them without" in says(
        report(small), "R-REC-03"
    )


def test_presence_added_days_after_a_signature_in_time_is_a_late_entry_too(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    assert "after their calendar day" not in says(report(small), "R-REC-03")
    later = signed(small, at(SUMMER, "09:00"), late_reason="looked again", reason="he was there")
    certify_session(small.algebra, MONDAY, later, [Change(small.ben.pk, Action.PRESENT, "sat at the back")])
    assert "1 sessions were certified after their calendar day" in says(report(small), "R-REC-03")


def test_a_correction_to_absent_is_no_late_entry(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    later = signed(small, at(SUMMER, "09:00"), late_reason="looked again", reason="she was not there")
    certify_session(small.algebra, MONDAY, later, [Change(small.ana.pk, Action.ABSENT, "a lent card")])
    assert "after their calendar day" not in says(report(small), "R-REC-03")


def test_a_colleague_with_a_credential_mends_a_signature_without_one(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    TeachingCredential.objects.filter(staff=small.teacher).update(until=MONDAY - timedelta(days=1))
    assert ada(report(small))["A"][0] == f"0/{P1_DAYS_A}"
    Assignment.objects.create(staff=small.other_teacher, section=small.algebra, since=MONDAY)
    again = signed(
        small, at(SUMMER, "09:00"), small.other_teacher, late_reason="credential lapsed", reason="again"
    )
    certify_session(small.algebra, MONDAY, again)
    made = report(small)
    assert ada(made)["A"][0] == f"1/{P1_DAYS_A}"
    assert [line.certified_by for line in made.proof] == [small.other_teacher.number]
    assert "R-AGE-05" not in rules(made)


def test_presence_a_paper_sheet_denies_is_shown_to_signer_and_reader(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    assert "R-REC-07" not in rules(report(small))
    sheet = NamedFile("s.csv", f"student number,date,mark\n{small.ana.number},{MONDAY},absent".encode())
    paper.accept(paper.read(sheet, small.algebra, "S-1"), small.clerk, at(MONDAY, "18:00"))
    assert [line.paper_says for line in review.inbox(small.algebra, MONDAY)] == ["absent", "", ""]
    assert "1 records are certified present although a paper sheet says absent" in says(
        report(small), "R-REC-07"
    )


def test_a_period_that_is_not_over_says_so(small: SmallSchool) -> None:
    made = report(small, as_of=date(2024, 10, 1))
    assert "days of the period are still to come" in says(made, "R-CAL-03")


def test_a_track_too_short_or_too_late_in_the_year_is_found(small: SmallSchool) -> None:
    CalendarDay.objects.filter(track=small.track_b, on__lt=date(2025, 3, 3)).delete()
    made = report(small)
    assert {"R-TRK-03", "R-TRK-04"} <= rules(made)
    assert "no full school month of the track" in says(made, "R-CAL-03")
    assert {row.track for row in made.rows} == {"A"}


def test_eligibility_that_is_not_examined_is_admitted(small: SmallSchool) -> None:
    found = [each for each in report(small).findings if each.rule == "R-AGE-01"]
    assert [each.severity for each in found] == [Severity.WARNING]
