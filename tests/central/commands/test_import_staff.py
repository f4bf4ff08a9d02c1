"""Staff come in with the dates their documents are valid, and who has to renew one is told in time."""

from datetime import UTC, date, datetime

import pytest

from central.domain.finding import Severity
from central.errors import InputError
from central.store.models import Assignment, School, Staff, TeachingCredential
from central.work.staff_documents import ending_soon
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE

COLUMNS = "number,familyName,givenName,role,document,documentBegin,documentEnd,class,classBegin"


@pytest.fixture
def school(with_calendar: Central) -> Central:
    with_calendar.run("import-roster", SAMPLE)
    return with_calendar


def given(school: Central, *lines: str, more: tuple[str, ...] = ()) -> str:
    return school.run("import-staff", school.file("staff.csv", "\n".join([COLUMNS, *lines])), *more)


def test_documents_follow_one_another_and_classes_are_dated(school: Central) -> None:
    lines = (
        "900,Baker,Ada,teacher,Clear,2021-07-01,2026-10-15,,",
        "900,Baker,Ada,teacher,Emergency,2020-07-01,2021-06-30,,",
        "901,Diaz,Rosa,teacher,Clear,2024-07-01,2029-06-30,ESL1-12A,2026-09-08",
        "902,Eng,Kim,clerk,,,,,",
    )
    rehearsed = given(school, *lines, more=("--dry-run",))
    assert "added      assignment 901: class ESL1-12A, from 2026-09-08" in rehearsed
    assert Staff.objects.count() == 1
    printed = given(school, *lines)
    assert "note: the last document of employee 900 ends on 2026-10-15" in printed
    assert "nothing changed" in given(school, *lines)
    assert Staff.objects.get(number="902").role == Staff.Role.CLERK
    assert TeachingCredential.objects.filter(staff__number="900").count() == 2
    assert Assignment.objects.get(staff__number="901").since == date(2026, 9, 8)
    assert Assignment.objects.filter(staff__number="900").exists()
    later = (*lines, "900,Baker,Ada,teacher,Clear,2026-10-16,2031-06-30,,")
    assert "the last document" not in given(school, *later)


def test_a_document_that_ends_within_sixty_days_is_found_until_it_is_renewed(school: Central) -> None:
    given(school, "900,Baker,Ada,teacher,Clear,2021-07-01,2026-10-31,,")
    ours = School.objects.get()
    (found,) = ending_soon(ours, date(2026, 9, 1))
    assert (found.subject, found.on, found.severity) == ("900", date(2026, 10, 31), Severity.WARNING)
    assert ending_soon(ours, date(2026, 8, 31)) == []
    (over,) = ending_soon(ours, date(2026, 11, 1))
    assert over.severity is Severity.BLOCKING
    # One with a gap before it is none to go on with.
    TeachingCredential.objects.create(
        staff=Staff.objects.get(number="900"),
        document="Clear",
        since=date(2026, 11, 2),
        until=date(2031, 6, 30),
    )
    assert len(ending_soon(ours, date(2026, 10, 1))) == 1
    assert ending_soon(ours, date(2026, 11, 2)) == []


def test_every_problem_is_named(school: Central) -> None:
    school.at = datetime(2026, 9, 1, 16, tzinfo=UTC)
    with pytest.raises(InputError) as refused:
        given(
            school,
            "901,Diaz,Rosa,boss,Clear,2024-07-01,,,",
            "902,Eng,Kim,clerk,,,,ESL1-12A,",
            "903,Fox,Bo,teacher,Clear,2024-07-01,2023-06-30,NONE,",
            "903,Fux,Bo,teacher,,,,,",
        )
    assert [text.split(": ")[0] for text in refused.value.problems] == [
        "staff.csv row 2 column role",
        "staff.csv row 2 column document",
        "staff.csv row 3 column class",
        "staff.csv row 4 column documentEnd",
        "staff.csv row 4 column class",
        "staff.csv row 5 column number",
    ]
    assert Staff.objects.count() == 1
