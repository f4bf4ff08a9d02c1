"""Two people, or two processes, act on the same thing at the same moment: one wins, the other is told."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from central.errors import RefusedError
from central.exchange.attendance_file import Template
from central.store.evidence import Evidence
from central.store.models import (
    Assignment,
    AttendanceRecord,
    Decision,
    Delivery,
    SessionCertification,
    Tap,
    TeachingCredential,
)
from central.work import project
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.resolve import resolve
from central.work.submit import Wish, submit
from tests.fakes import school as schools
from tests.fakes.evidence_file import SERVER_KEY, EvidenceFile, JournallingStation
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db(transaction=True)
AFTER_CLASS, EVENING = at(MONDAY, "10:05"), at(MONDAY, "18:00")


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Let every act begin at the same moment, each on a connection of its own; return what was refused."""
    gate = threading.Barrier(len(acts))
    refused: list[str] = []
    broken: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            act()
        except RefusedError as error:
            refused.append(str(error))
        except BaseException as error:  # noqa: BLE001  shown by the test below
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not broken
    return refused


def test_of_two_signatures_under_one_session_one_wins(small: SmallSchool) -> None:
    Assignment.objects.create(staff=small.other_teacher, section=small.algebra, since=schools.FIRST_DAY)
    assert TeachingCredential.objects.filter(staff=small.other_teacher).exists()

    def sign(name: str, ana: Action) -> Callable[[], object]:
        changes = [
            Change(small.ana.pk, ana, "seen" if ana is Action.ADD else ""),
            Change(small.ben.pk, Action.ABSENT),
            Change(small.chloe.pk, Action.ABSENT),
        ]
        return lambda: certify_session(
            small.algebra, MONDAY, Signature(small.staff[name], AFTER_CLASS), changes
        )

    refused = at_once(sign("teacher", Action.ADD), sign("other_teacher", Action.ABSENT))
    assert len(refused) == 1
    assert "to certify it again give a reason" in refused[0]
    signed = SessionCertification.objects.get()
    assert set(Decision.objects.values_list("by", flat=True)) == {signed.by_id}
    assert AttendanceRecord.objects.filter(mark="present").count() == signed.present


def test_two_submissions_send_every_record_once(small: SmallSchool, tmp_path: Path) -> None:
    changes = [Change(student.pk, Action.ABSENT) for student in (small.ana, small.ben, small.chloe)]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, AFTER_CLASS), changes)

    def send(name: str) -> Callable[[], object]:
        wish = Wish(MONDAY, MONDAY)
        return lambda: submit(wish, tmp_path / name, Template(), small.teacher, EVENING)

    assert at_once(send("one.txt"), send("two.txt")) == []
    assert Delivery.objects.count() == 3
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".txt"] in (["one.txt"], ["two.txt"])


def test_two_projectors_write_every_tap_and_record_once(small: SmallSchool, tmp_path: Path) -> None:
    evidence = EvidenceFile(tmp_path)
    room = JournallingStation(small.station_101.code, at(MONDAY, "06:00"))
    for minute in range(30):
        room.tap(at(MONDAY, f"08:{minute:02d}"), small.token(small.ana))
        evidence.receive(room.exchange(at(MONDAY, f"08:{minute:02d}:30")))

    def catch_up() -> None:
        project.project(Evidence(evidence.path), SERVER_KEY.verify_key)
        resolve(EVENING)

    assert at_once(catch_up, catch_up, catch_up) == []
    assert Tap.objects.count() == 30
    assert AttendanceRecord.objects.count() == 1
    assert Decision.objects.count() == 1
