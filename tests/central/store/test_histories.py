"""A record changed behind the program's back shows, because its decisions say something else."""

import pytest
from django.db import connection

from central.store.models import AttendanceRecord, Decision, SessionCertification
from central.store.queries import histories
from central.work.certify import certify_session
from central.work.changes import Action, Change
from tests.fakes import school as schools
from tests.fakes.one_class import everybody_marked, signed
from tests.fakes.school import MONDAY, SmallSchool

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallSchool:
    small = schools.build()
    certify_session(small.algebra, MONDAY, signed(small), everybody_marked(small))
    correction = [Change(small.ben.pk, Action.PRESENT, "sat at the back")]
    certify_session(small.algebra, MONDAY, signed(small, reason="looked again"), correction)
    return small


def record_of(small: SmallSchool) -> AttendanceRecord:
    return AttendanceRecord.objects.get(student=small.ben)


def test_what_the_program_did_proves_itself(small: SmallSchool) -> None:
    assert record_of(small).mark == "present"
    assert list(histories.broken()) == []


def test_a_mark_or_stage_set_by_hand_is_found(small: SmallSchool) -> None:
    record = record_of(small)
    AttendanceRecord.objects.filter(student=small.ben).update(mark="absent")
    assert list(histories.broken()) == [f"record {record.pk}: it does not say what its last decision says"]


def test_a_record_put_in_by_hand_is_found(small: SmallSchool) -> None:
    record = record_of(small)
    record.pk, record.student = None, small.dan
    record.save()
    assert list(histories.broken()) == [f"record {record.pk}: nobody decided that it be there"]


def test_a_decision_taken_away_is_found(small: SmallSchool) -> None:
    record = record_of(small)
    middle = Decision.objects.filter(record=record).order_by("pk")[1]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_decision WHERE id = %s", [middle.pk])
    assert f"record {record.pk}: its decisions do not follow one another" in list(histories.broken())


def test_a_certified_record_nobody_signed_is_found(small: SmallSchool) -> None:
    record = record_of(small)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE store_decision SET certification_id = NULL WHERE record_id = %s", [record.pk])
    assert list(histories.broken()) == [f"record {record.pk}: it is certified under no signature"]


@pytest.mark.usefixtures("small")
def test_a_signature_taken_away_is_found() -> None:
    first = SessionCertification.objects.get(revision=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE store_decision SET certification_id = NULL WHERE certification_id = %s", [first.pk]
        )
        cursor.execute("DELETE FROM store_sessioncertification WHERE id = %s", [first.pk])
    assert f"section ALG1-01 on {MONDAY}: 1 of its 2 signatures are gone" in list(histories.broken())
