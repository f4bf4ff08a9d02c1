"""The access log of a student from the command line, and that somebody asked for it."""

import json

import pytest

from central.errors import CentralError
from central.store.models import AuditEvent, School
from central.work.viewings import Seen, note
from tests.central.commands.conftest import Central
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, at

pytestmark = pytest.mark.django_db


def test_the_looks_at_a_student_are_told_as_a_table_and_for_programs(central: Central) -> None:
    School.objects.all().delete()
    small = schools.build()
    note(small.clerk, Seen("student", student=small.ana), at(MONDAY, "09:00"))
    told = central.run("access-log", "--student", small.ana.number)
    assert told.splitlines() == [
        "at,by,page,at_what",
        "2024-09-09T16:00:00+00:00,employee E004,student,the student",
    ]
    found = json.loads(central.run("access-log", "--student", small.ana.number, "--format", "json"))
    assert found["looks"][0]["by"] == "employee E004"
    assert central.run("access-log", "--student", small.ana.number, "--since", "2024-09-10").count("\n") == 1
    assert AuditEvent.objects.filter(verb="access-log").count() == 3
    with pytest.raises(CentralError, match="leading zeros count"):
        central.run("access-log", "--student", "nobody")
