"""A teacher's signature: who may give it, on what day, and what it does to records."""

from datetime import date, timedelta

import pytest
from django.db import connection

from central.errors import RefusedError
from central.store.models import (
    Assignment,
    AttendanceRecord,
    AuditEvent,
    Decision,
    Enrollment,
    PaperSheet,
    Placement,
    ReportSnapshot,
    SessionCertification,
    TeachingCredential,
)
from central.store.models.append_only import WrittenOnceError
from central.work import review
from central.work.certify import certify_session
from central.work.changes import Action, Change
from tests.fakes import school as schools
from tests.fakes.one_class import AFTER_CLASS, Mark, Stage, absent, everybody_marked, provisional, signed
from tests.fakes.school import LABOR_DAY, MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


def test_signing_a_session_certifies_its_records_and_says_who_when_and_how(small: SmallSchool) -> None:
    certification = certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))

    records = AttendanceRecord.objects.filter(section=small.algebra, on=MONDAY)
    assert {record.student.given_name: record.mark for record in records} == {
        "Ana": "present",
        "Ben": "absent",
        "Chloe": "absent",
    }
    assert set(records.values_list("stage", flat=True)) == {Stage.CERTIFIED}
    assert (certification.present, certification.absent, certification.revision) == (1, 2, 1)
    last = Decision.objects.filter(record__student=small.ana).latest("pk")
    assert (last.by, last.at, last.signed_with, last.is_same_day) == (
        small.teacher,
        AFTER_CLASS,
        "totp",
        True,
    )
    assert last.certification == certification


@pytest.mark.parametrize("role", ["clerk", "paraeducator", "leader", "admin", "auditor"])
def test_nobody_but_a_teacher_certifies(small: SmallSchool, role: str) -> None:
    person = small.staff[role]
    schools.assign(person, small.algebra)
    TeachingCredential.objects.create(
        staff=person, document="D", since=date(2020, 1, 1), until=date(2030, 1, 1)
    )
    with pytest.raises(RefusedError, match="ask a certificated staffer"):
        certify_session(small.algebra, MONDAY, signed(small, by=person), everybody_marked(small))
    assert not SessionCertification.objects.exists()


def test_a_teacher_of_another_section_does_not_certify(small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="was not assigned to section ALG1-01"):
        certify_session(small.algebra, MONDAY, signed(small, by=small.other_teacher), everybody_marked(small))


def test_an_assignment_that_has_ended_gives_no_right(small: SmallSchool) -> None:
    Assignment.objects.filter(staff=small.teacher).update(until=MONDAY - timedelta(days=1))
    with pytest.raises(RefusedError, match="was not assigned"):
        certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))


def test_the_credential_must_be_valid_on_that_very_day(small: SmallSchool) -> None:
    changes = everybody_marked(small)
    TeachingCredential.objects.filter(staff=small.teacher).update(until=MONDAY - timedelta(days=1))
    with pytest.raises(RefusedError, match="no teaching credential"):
        certify_session(small.algebra, MONDAY, signed(small), changes)
    TeachingCredential.objects.filter(staff=small.teacher).update(until=MONDAY)
    certify_session(small.algebra, MONDAY, signed(small), changes)


@pytest.mark.parametrize(
    ("on", "says"),
    [
        (LABOR_DAY, "was not taught"),
        (date(2024, 9, 7), "was not taught"),
        (date(2024, 7, 15), "was not taught"),
        (date(2024, 9, 10), "has not begun yet"),
    ],
)
def test_only_a_day_that_was_taught_and_has_come_is_certified(
    small: SmallSchool, on: date, says: str
) -> None:
    changes = absent(small.ana, small.ben, small.chloe)
    with pytest.raises(RefusedError, match=says):
        certify_session(small.algebra, on, signed(small, late_reason="outage"), changes)
    assert not AttendanceRecord.objects.exists()


def test_a_class_that_has_not_begun_cannot_be_certified(small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="has not begun yet"):
        certify_session(small.algebra, MONDAY, signed(small, at(MONDAY, "08:29")), everybody_marked(small))


def test_students_without_a_record_hold_the_signature_up(small: SmallSchool) -> None:
    provisional(small, small.ana)
    with pytest.raises(RefusedError, match="1 student has no record"):
        certify_session(small.algebra, MONDAY, signed(small), absent(small.ben))
    assert not SessionCertification.objects.exists()
    assert not Decision.objects.filter(by__isnull=False).exists()


def test_a_student_whose_place_ended_is_neither_needed_nor_certified(small: SmallSchool) -> None:
    provisional(small, small.chloe)
    Placement.objects.filter(student=small.chloe).update(until=MONDAY - timedelta(days=1))
    assert small.chloe not in review.needed(small.algebra, MONDAY)
    with pytest.raises(RefusedError, match="1 record is of students not placed"):
        certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small)[:1])
    removed = Change(small.chloe.pk, Action.REMOVE, "left the class last week")
    certify_session(small.algebra, MONDAY, signed(small), [*absent(small.ben), removed])


def test_a_student_no_longer_enrolled_is_not_needed(small: SmallSchool) -> None:
    Enrollment.objects.filter(student=small.chloe).update(until=MONDAY - timedelta(days=1))
    assert review.needed(small.algebra, MONDAY) == [small.ana, small.ben]


def test_a_late_signature_needs_its_reason_and_is_marked_late(small: SmallSchool) -> None:
    next_day = at(MONDAY + timedelta(days=1), "07:00")
    changes = everybody_marked(small)
    with pytest.raises(RefusedError, match="give the reason for the late entry"):
        certify_session(small.algebra, MONDAY, signed(small, next_day), changes)
    certification = certify_session(
        small.algebra, MONDAY, signed(small, next_day, late_reason="power was out"), changes
    )
    assert certification.late_reason == "power was out"
    assert not any(certification.decisions.values_list("is_same_day", flat=True))


def test_the_calendar_day_is_the_schools_own_and_not_that_of_utc(small: SmallSchool) -> None:
    late_evening = at(MONDAY, "23:30")
    assert late_evening.date() != MONDAY
    certification = certify_session(
        small.algebra, MONDAY, signed(small, late_evening), everybody_marked(small)
    )
    assert all(certification.decisions.values_list("is_same_day", flat=True))


def test_a_session_is_signed_again_only_with_a_reason_and_history_keeps_both(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    with pytest.raises(RefusedError, match="was certified by employee E001"):
        certify_session(small.algebra, MONDAY, signed(small))
    came_late = [Change(small.ben.pk, Action.PRESENT, "came at 9:50, I forgot")]
    again = certify_session(
        small.algebra, MONDAY, signed(small, at(MONDAY, "12:00"), reason="forgot Ben"), came_late
    )
    assert (again.revision, again.present, again.absent) == (2, 2, 1)
    ben = AttendanceRecord.objects.get(student=small.ben)
    assert (ben.mark, ben.stage) == (Mark.PRESENT, Stage.CERTIFIED)
    marks = [(decision.mark, decision.reason) for decision in ben.decisions.order_by("pk")]
    assert marks[-1] == (Mark.PRESENT, "came at 9:50, I forgot")
    assert (Mark.ABSENT, "") in marks
    assert SessionCertification.objects.count() == 2


def test_a_correction_reopens_what_was_already_sent(small: SmallSchool) -> None:
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    AttendanceRecord.objects.update(stage=Stage.CONFIRMED)
    corrected = [Change(small.ana.pk, Action.ABSENT, "it was her sister's card")]
    certify_session(small.algebra, MONDAY, signed(small, reason="wrong card"), corrected)
    stages = dict(AttendanceRecord.objects.values_list("student__given_name", "stage"))
    assert stages == {"Ana": Stage.CERTIFIED, "Ben": Stage.CONFIRMED, "Chloe": Stage.CONFIRMED}


@pytest.mark.parametrize("action", [Action.ADD, Action.PRESENT])
def test_presence_without_a_tap_needs_a_reason(small: SmallSchool, action: Action) -> None:
    with pytest.raises(RefusedError, match="needs a reason"):
        certify_session(small.algebra, MONDAY, signed(small), [Change(small.ana.pk, action)])


def test_overruling_a_tap_needs_a_reason(small: SmallSchool) -> None:
    changes = [*everybody_marked(small), *absent(small.ana)]
    with pytest.raises(RefusedError, match="needs a reason"):
        certify_session(small.algebra, MONDAY, signed(small), changes)


def test_a_student_of_another_class_cannot_be_marked_here(small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="not placed in section ALG1-01"):
        certify_session(small.algebra, MONDAY, signed(small), absent(small.dan))


def test_one_student_is_changed_once(small: SmallSchool) -> None:
    with pytest.raises(RefusedError, match="changed twice"):
        certify_session(small.algebra, MONDAY, signed(small), absent(small.ana, small.ana))


def test_a_practice_signature_is_for_practice_schools_only(small: SmallSchool) -> None:
    changes = everybody_marked(small)
    with pytest.raises(RefusedError, match="sign with a one-time code"):
        certify_session(small.algebra, MONDAY, signed(small, signed_with="practice"), changes)
    small.school.is_practice = True
    small.school.save()
    small.teacher.refresh_from_db()
    certify_session(small.algebra, MONDAY, signed(small, signed_with="practice"), changes)


def test_history_is_neither_changed_nor_deleted(small: SmallSchool) -> None:
    certification = certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    decision = Decision.objects.latest("pk")
    decision.mark = Mark.PRESENT
    for forbidden in (
        decision.save,
        decision.delete,
        Decision.objects.all().delete,
        lambda: Decision.objects.update(mark=Mark.PRESENT),
        certification.delete,
        lambda: AuditEvent.objects.update(by="nobody"),
        AuditEvent.objects.all().delete,
        ReportSnapshot.objects.all().delete,
        PaperSheet.objects.all().delete,
    ):
        with pytest.raises(WrittenOnceError):
            forbidden()


def test_a_session_costs_few_queries_however_many_students(small: SmallSchool) -> None:
    for number in range(30):
        provisional(small, schools.enrol(f"s{number}", small.algebra, number=f"X{number:03d}"))
    changes = everybody_marked(small)
    before = len(connection.queries_log)
    connection.force_debug_cursor = True
    try:
        certify_session(small.algebra, MONDAY, signed(small), changes)
        assert len(connection.queries_log) - before < 50
    finally:
        connection.force_debug_cursor = False
