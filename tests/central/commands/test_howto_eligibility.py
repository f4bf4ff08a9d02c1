"""Each command of the clerk's page on eligibility does what the page says, with the files the page shows."""

import re
import shlex
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from central.store.models import AbsenceNote, Enrollment, School, Staff, Student, StudentFact, Track
from tests.central.commands.conftest import Central

PAGE = (Path(__file__).parents[3] / "docs/howto/eligibility.md").read_text(encoding="utf-8")
FILES = re.findall(r"`(\w+\.csv)`:\n\n```csv\n(.*?)```", PAGE, flags=re.DOTALL)
COMMANDS = [
    shlex.split(line)
    for line in re.findall(
        r"^    rollbook-central --config FILE (.*)$", PAGE.replace(" \\\n", " "), flags=re.MULTILINE
    )
]


@pytest.fixture
def school_of_the_page(with_calendar: Central) -> Central:
    school = School.objects.get()
    for number in ("001001", "001002"):
        student = Student.objects.create(
            school=school, number=number, family_name="Soto", given_name="Ana", birth_on=date(2000, 8, 12)
        )
        Enrollment.objects.create(
            student=student, track=Track.objects.get(), grade="12", since=date(2026, 8, 17)
        )
    for number, role in (("C1", "clerk"), ("L1", "leader")):
        Staff.objects.create(school=school, number=number, family_name="R", given_name="R", role=role)
    for name, text in FILES:
        with_calendar.file(name, text)
    with_calendar.at = datetime(2026, 11, 2, 20, tzinfo=UTC)
    return with_calendar


def test_every_command_of_the_page_runs_in_the_order_of_the_page(school_of_the_page: Central) -> None:
    office = school_of_the_page
    assert len(FILES) == 4
    assert len(COMMANDS) == 14
    told = []
    for command in COMMANDS:
        arguments = [str(office.folder / part) if part.endswith(".csv") else part for part in command]
        told.append(office.run(*arguments))
        expected = {1} if command[0] == "report" else {0}
        assert office.code in expected, command
    printed = "".join(told)
    assert "5 facts added" in printed
    assert "1 facts added\n      1 facts corrected\n      1 facts withdrawn" in printed
    assert "2 absences noted" in printed
    assert "exclusive; signed original, cabinet 1" in printed
    assert "CHRONIC OR TRUANT" in printed
    assert "held: appeal 7" in printed
    assert StudentFact.objects.count() == 8
    assert AbsenceNote.objects.get(student__number="001001").reason == "dentist (code M)"
