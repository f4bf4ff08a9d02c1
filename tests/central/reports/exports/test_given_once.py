"""What is inserted there and never changed: each line leaves once, and what changed since is told by hand."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from central.errors import CentralError, RefusedError
from central.reports.exports.kinds import make
from central.store.models import AbsenceNote, AttendanceRecord, ExportedLine
from central.work import exports
from tests.fakes import recovery_school
from tests.fakes.exporting import LATER, ask, made, rows, told
from tests.fakes.recovery_school import FIRST_DAY, RecoverySchool, at, taught

pytestmark = pytest.mark.django_db
SECOND_DAY = taught()[1]
EDFI = 'school_id = 34674\nsession_name = "2025-2026 Fall"\n'


@pytest.fixture
def school() -> RecoverySchool:
    found = recovery_school.build()
    for on, absent in ((FIRST_DAY, []), (SECOND_DAY, ["ben"])):
        found.certify(on, absent)
    return found


def times(school: RecoverySchool, student: str, came: str, left: str, on: date = FIRST_DAY) -> None:
    """Let taps prove when somebody was in Algebra."""
    records = AttendanceRecord.objects.filter(student=school.students[student], section=school.algebra, on=on)
    records.update(first_in_at=at(on, came), last_out_at=at(on, left))


def give(school: RecoverySchool, kind: str, template: Path | None = None) -> list[bytes]:
    """Give an export out; return the bytes of its files."""
    kept = exports.give(made(school, kind, template), school.staff["clerk"], at(LATER))
    return [bytes(file.data) for file in kept]


def test_a_line_given_once_is_never_given_again(school: RecoverySchool) -> None:
    times(school, "ana", "08:29:59", "10:00:30")
    times(school, "chloe", "08:31", "09:58")
    (first,) = give(school, "ic-positive")
    assert [list(row.values()) for row in rows(first)] == [
        ["001001", "ALG1-01", "08/11/2025", "08:29", "10:00"],
        ["001003", "ALG1-01", "08/11/2025", "08:31", "09:58"],
    ]
    assert give(school, "ic-positive") == []
    times(school, "chloe", "08:30", "10:00", SECOND_DAY)
    (second,) = give(school, "ic-positive")
    assert [row["date"] for row in rows(second)] == ["08/12/2025"]
    assert ExportedLine.objects.filter(operation="given").count() == 3


def test_days_asked_for_otherwise_give_no_line_again(school: RecoverySchool) -> None:
    for on in (FIRST_DAY, SECOND_DAY):
        times(school, "ana", "08:29", "10:00", on)
    clerk = school.staff["clerk"]
    both = make(ask(school, "ic-positive", (FIRST_DAY, SECOND_DAY)))
    assert [len(rows(file.data)) for file in both.files] == [2]
    exports.give(make(ask(school, "ic-positive", (SECOND_DAY, SECOND_DAY))), clerk, at(LATER))
    (first,) = make(ask(school, "ic-positive", (FIRST_DAY, SECOND_DAY))).files
    assert [row["date"] for row in rows(first.data)] == ["08/11/2025"]
    exports.give(make(ask(school, "ic-positive", (FIRST_DAY, FIRST_DAY))), clerk, at(LATER))
    assert make(ask(school, "ic-positive", (FIRST_DAY, SECOND_DAY))).files == ()
    # What is outside the days asked for is neither given nor called changed.
    times(school, "ana", "08:29", "09:00", SECOND_DAY)
    assert make(ask(school, "ic-positive", (FIRST_DAY, FIRST_DAY))).files == ()


def test_what_changed_since_is_changed_by_hand_and_told_once(school: RecoverySchool) -> None:
    times(school, "ana", "08:29", "10:00")
    times(school, "chloe", "08:31", "09:58")
    give(school, "ic-positive")
    times(school, "ana", "08:29", "09:40")
    school.certify(FIRST_DAY, ["chloe"], at(SECOND_DAY, "15:00"), "was not in class")
    found = made(school, "ic-positive")
    assert told(found) == [
        "001001: ALG1-01 was given as 08:29-10:00 and is 08:29-09:40 now (left out of the file)",
        "001003: ALG1-01 was given as 08:31-09:58 and is nothing now (left out of the file)",
    ]
    (by_hand,) = give(school, "ic-positive")
    assert [(row["there"], row["should_be"]) for row in rows(by_hand)] == [
        ("08:29-10:00", "08:29-09:40"),
        ("08:31-09:58", "nothing"),
    ]
    assert give(school, "ic-positive") == []


@pytest.mark.parametrize(
    ("came", "left", "says"),
    [
        ("08:30:05", "08:30:50", "the time in (08:30) is not before the time out (08:30)"),
        ("09:50", "08:30", "the time in (09:50) is not before the time out (08:30)"),
    ],
)
def test_a_line_the_import_would_refuse_is_left_out_and_told(
    school: RecoverySchool, came: str, left: str, says: str
) -> None:
    times(school, "ana", came, left)
    found = made(school, "ic-positive")
    assert found.files == ()
    assert told(found) == [f"001001: ALG1-01: {says} (left out of the file)"]


def test_only_certified_records_leave(school: RecoverySchool) -> None:
    times(school, "ana", "08:29", "10:00")
    AttendanceRecord.objects.filter(section=school.algebra).update(stage="provisional")
    assert made(school, "ic-positive").files == ()


def test_two_who_export_at_one_moment_give_a_line_once(school: RecoverySchool) -> None:
    times(school, "ana", "08:29", "10:00")
    first, second = made(school, "ic-positive"), made(school, "ic-positive")
    exports.give(first, school.staff["clerk"], at(LATER))
    with pytest.raises(RefusedError, match="somebody else exported the same lines"):
        exports.give(second, school.staff["admin"], at(LATER))
    assert ExportedLine.objects.count() == 1


@pytest.mark.parametrize(
    ("layout", "first"),
    [
        ('separator = "tab"\nclock = "12h"', "001001\tALG1-01\t08/11/2025\t08:29 AM\t01:05 PM"),
        (
            'separator = "fixed"\nhas_header = false\ndate_format = "%Y-%m-%d"',
            "001001         ALG1-01             2025-08-1108:29   13:05   ",
        ),
    ],
)
def test_a_districts_template_decides_the_layout(
    school: RecoverySchool, tmp_path: Path, layout: str, first: str
) -> None:
    times(school, "ana", "08:29", "13:05")
    template = tmp_path / "ic-positive.toml"
    template.write_text(f"[layout]\n{layout}\n", encoding="utf-8")
    (file,) = made(school, "ic-positive", template).files
    assert first in file.data.decode().split("\r\n")


@pytest.mark.parametrize(
    ("layout", "says"),
    [
        ('columns = [{header = "A", field = "shoe"}]', "no field is called 'shoe'"),
        ('columns = [{header = "A", field = "date"}, {header = "A"}]', "two columns are headed 'A'"),
        ('separator = "fixed"\ncolumns = [{header = "A", field = "date"}]', "column 'A' needs a width"),
        (
            'separator = "fixed"\ncolumns = [{header = "A", field = "date", width = 3}]',
            "10 characters do",
        ),
        ('separator = "colon"', "layout.separator"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(
    school: RecoverySchool, tmp_path: Path, layout: str, says: str
) -> None:
    times(school, "ana", "08:29", "10:00")
    template = tmp_path / "ic-positive.toml"
    template.write_text(f"[layout]\n{layout}\n", encoding="utf-8")
    with pytest.raises(CentralError, match=says):
        made(school, "ic-positive", template)


def steps(data: bytes) -> list[tuple[str, str, str, str]]:
    """Return what each line does, to what, of whom, with which category."""
    lines = [json.loads(line) for line in data.decode().splitlines()]
    return [
        (
            line["operation"],
            line["resource"],
            line["body"]["studentReference"]["studentUniqueId"],
            line["body"]["attendanceEventCategoryDescriptor"].partition("#")[2],
        )
        for line in lines
    ]


def edfi(school: RecoverySchool, tmp_path: Path, more: str = "") -> list[list[tuple[str, str, str, str]]]:
    template = tmp_path / "edfi.toml"
    template.write_text(EDFI + more, encoding="utf-8")
    return [steps(data) for data in give(school, "edfi", template)]


def test_another_category_is_a_deletion_and_a_new_event(school: RecoverySchool, tmp_path: Path) -> None:
    section, whole = "studentSectionAttendanceEvents", "studentSchoolAttendanceEvents"
    (first,) = edfi(school, tmp_path)
    assert len(first) == 13
    assert first.count(("post", section, "001002", "Unexcused Absence")) == 2
    assert first.count(("post", whole, "001002", "Unexcused Absence")) == 1
    assert edfi(school, tmp_path) == []
    noted_at: datetime = at(SECOND_DAY, "16:00")
    note(school, noted_at)
    (second,) = edfi(school, tmp_path)
    deleted = [("delete", each, "001002", "Unexcused Absence") for each in (whole, section, section)]
    posted = [("post", each, "001002", "Excused Absence") for each in (whole, section, section)]
    assert second == [*deleted, *posted]
    # What is corrected to present is an event of its class, and none of the school any more.
    school.certify(SECOND_DAY, [], at(SECOND_DAY, "17:00"), "was there")
    (third,) = edfi(school, tmp_path)
    assert third[0] == ("delete", whole, "001002", "Excused Absence")
    assert [step[0] for step in third] == ["delete"] * 3 + ["post"] * 2
    assert edfi(school, tmp_path) == []


def note(school: RecoverySchool, noted_at: datetime) -> None:
    AbsenceNote.objects.create(
        student=school.students["ben"], on=SECOND_DAY, code="excused", by="E005", at=noted_at
    )


def test_an_event_is_as_the_server_takes_it(school: RecoverySchool, tmp_path: Path) -> None:
    times(school, "ana", "08:31", "10:00")
    template = tmp_path / "edfi.toml"
    template.write_text(EDFI + "arrival = true\n", encoding="utf-8")
    (data,) = give(school, "edfi", template)
    posted = [json.loads(line) for line in data.decode().splitlines()]
    said = next(line["body"] for line in posted if "arrivalTime" in line["body"])
    category = "uri://ed-fi.org/AttendanceEventCategoryDescriptor#In Attendance"
    assert said == {
        "attendanceEventCategoryDescriptor": category,
        "eventDate": "2025-08-11",
        "studentReference": {"studentUniqueId": "001001"},
        "sectionReference": {
            "localCourseCode": "ALG1-01",
            "sectionIdentifier": "ALG1-01",
            "schoolId": 34674,
            "schoolYear": 2026,
            "sessionName": "2025-2026 Fall",
        },
        "arrivalTime": "08:31:00",
    }
    whole = next(line["body"] for line in posted if line["resource"] == "studentSchoolAttendanceEvents")
    assert whole["schoolReference"] == {"schoolId": 34674}
    assert whole["sessionReference"] == {
        "schoolId": 34674,
        "schoolYear": 2026,
        "sessionName": "2025-2026 Fall",
    }


def test_without_its_ids_nothing_is_sent_to_ed_fi(school: RecoverySchool, tmp_path: Path) -> None:
    found = make(ask(school, "edfi"))
    assert [one.subject for one in found.blocking] == ["template", "template"]
    template = tmp_path / "edfi.toml"
    template.write_text(f'{EDFI}student = "ssid"\n', encoding="utf-8")
    (said,) = told(made(school, "edfi", template))
    assert said.startswith("students: ")
    assert "without an SSID" in said
