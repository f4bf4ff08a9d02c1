"""What the pages of a class, a student and the leader's desk do, from the command line."""

from pathlib import Path

import pytest

from central.config import CentralConfig
from central.errors import RefusedError
from central.store.models import AttendanceRecord, AuditSampleCheck
from tests.central.commands.conftest import Central
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
TODAY = MONDAY.isoformat()


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], small: SmallSchool) -> Central:
    assert small.school.pk
    return Central(CentralConfig(data_dir=str(tmp_path)), tmp_path, capsys, at=at(MONDAY, "16:00"))


def test_a_class_s_records_are_marked_and_a_change_taken_back(desk: Central, small: SmallSchool) -> None:
    here, by = (small.algebra.code, TODAY), ("--as", small.teacher.number)
    assert "1 records" in desk.run("mark", "add", *here, small.ana.number, *by, "--reason", "no card")
    assert "2 records" in desk.run("mark", "rest-absent", *here, *by)
    marks = AttendanceRecord.objects.values_list("student__given_name", "mark")
    assert dict(marks) == {"Ana": "present", "Ben": "absent", "Chloe": "absent"}
    desk.run("mark", "take-back", *here, small.ben.number, *by)
    assert AttendanceRecord.objects.get(student=small.ben).stage == "removed"
    with pytest.raises(RefusedError):
        desk.run("mark", "rest-absent", *here, "--as", small.other_teacher.number)


def test_a_sample_is_drawn_shown_and_checked(desk: Central, small: SmallSchool) -> None:
    record = AttendanceRecord.objects.create(
        school=small.school,
        student=small.ana,
        section=small.algebra,
        on=MONDAY,
        mark="present",
        stage="certified",
        source="staff",
    )
    leader = ("--as", small.leader.number)
    days = ("--since", TODAY, "--until", TODAY, "--size", "5", "--seed", "7")
    number = desk.run("sample", "draw", *days, *leader).split()[1]
    assert "unchecked" in desk.run("sample", "show", number)
    assert desk.code == 1
    desk.run("sample", "check", number, str(record.pk), "right", *leader)
    assert AuditSampleCheck.objects.get().is_right
    assert "1 of 1 checked, 0 wrong" in desk.run("sample", "show", number)
    with pytest.raises(RefusedError, match="may not add internal audit"):
        desk.run("sample", "draw", *days, "--as", small.clerk.number)


def test_how_a_student_is_addressed_is_kept(desk: Central, small: SmallSchool) -> None:
    desk.run("prefer-name", small.ana.number, "Anita", "--as", small.clerk.number)
    small.ana.refresh_from_db()
    assert (small.ana.preferred_name, small.ana.given_name) == ("Anita", "Ana")
    with pytest.raises(RefusedError):
        desk.run("prefer-name", small.ana.number, "x", "--as", small.teacher.number)
