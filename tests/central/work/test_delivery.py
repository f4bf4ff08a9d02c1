"""Certified records reach the student information system once, and reading back proves it."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.errors import CentralError, InputError, RefusedError
from central.exchange import attendance_file
from central.exchange.attendance_file import Line, Template
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem
from central.store.models import AttendanceRecord, Decision, Delivery
from central.work.certify import Signature, certify_session
from central.work.changes import Action, Change
from central.work.confirm import Confirmed, confirm
from central.work.submit import Submitted, Wish, submit
from station.errors import SettingsError
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
AFTER_CLASS, EVENING = at(MONDAY, "10:05"), at(MONDAY, "18:00")
Stage = AttendanceRecord.Stage
HEADER = "Student_Number\tAtt_Date\tSchoolID\tPeriod\tSection\tAtt_Code\tMinutes\tComment"


@pytest.fixture
def small() -> SmallSchool:
    small = schools.build()
    changes = [
        Change(small.ana.pk, Action.ADD, "no card today"),
        Change(small.ben.pk, Action.ADD, "no card today"),
        Change(small.chloe.pk, Action.ABSENT),
    ]
    certify_session(small.algebra, MONDAY, Signature(small.teacher, AFTER_CLASS), changes)
    return small


def send(small: SmallSchool, target: Path) -> Submitted:
    return submit(Wish(MONDAY, MONDAY), target, Template(), small.teacher, EVENING)


def read_back(small: SmallSchool, text: str) -> Confirmed:
    return confirm(NamedFile("back.txt", text.encode()), Template(), small.teacher, EVENING)


def stages() -> dict[str, str]:
    return dict(AttendanceRecord.objects.values_list("student__given_name", "stage"))


def test_certified_records_are_written_once_in_the_shape_of_the_template(
    small: SmallSchool, tmp_path: Path
) -> None:
    AttendanceRecord.objects.filter(student=small.ben).update(
        first_in_at=at(MONDAY, "08:50"), last_out_at=at(MONDAY, "09:59:30"), is_tardy=True
    )
    assert send(small, tmp_path / "out.txt").records == 3
    lines = (tmp_path / "out.txt").read_text(encoding="utf-8").splitlines()
    assert lines == [
        HEADER,
        "001001\t09/09/2024\t34000000123456\t\tALG1-01\tP\t\t",
        "001002\t09/09/2024\t34000000123456\t\tALG1-01\tT\t69\t",
        "001003\t09/09/2024\t34000000123456\t\tALG1-01\tA\t\t",
    ]
    assert set(stages().values()) == {Stage.SUBMITTED}
    assert (tmp_path / "out.txt").stat().st_mode & 0o077 == 0
    assert send(small, tmp_path / "again.txt").records == 0
    assert not (tmp_path / "again.txt").exists()
    assert Delivery.objects.count() == 3


def test_what_is_not_certified_never_leaves(small: SmallSchool, tmp_path: Path) -> None:
    AttendanceRecord.objects.filter(student=small.ana).update(stage=Stage.PROVISIONAL)
    AttendanceRecord.objects.filter(student=small.ben).update(stage=Stage.REMOVED)
    assert send(small, tmp_path / "out.txt").records == 1


@pytest.mark.parametrize("role", ["clerk", "admin", "paraeducator"])
def test_only_certificated_staff_submit_and_confirm(small: SmallSchool, tmp_path: Path, role: str) -> None:
    with pytest.raises(RefusedError, match="ask a certificated staffer"):
        submit(Wish(MONDAY, MONDAY), tmp_path / "out.txt", Template(), small.staff[role], EVENING)
    with pytest.raises(RefusedError, match="ask a certificated staffer"):
        confirm(NamedFile("x", HEADER.encode()), Template(), small.staff[role], EVENING)
    assert not (tmp_path / "out.txt").exists()


def test_an_existing_file_is_not_written_over(small: SmallSchool, tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("precious", encoding="ascii")
    with pytest.raises(RefusedError, match="is left as it is"):
        send(small, tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text(encoding="ascii") == "precious"


def test_a_file_that_cannot_be_written_submits_nothing(small: SmallSchool, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="nothing was submitted"):
        send(small, tmp_path / "no-such-folder" / "out.txt")
    assert set(stages().values()) == {Stage.CERTIFIED}
    assert not Delivery.objects.exists()


def test_reading_the_same_file_back_confirms_every_record(small: SmallSchool, tmp_path: Path) -> None:
    send(small, tmp_path / "out.txt")
    done = read_back(small, (tmp_path / "out.txt").read_text(encoding="utf-8"))
    assert (done.confirmed, done.differences) == (3, [])
    assert set(stages().values()) == {Stage.CONFIRMED}
    assert not Delivery.objects.filter(confirmed_at__isnull=True).exists()
    again = read_back(small, (tmp_path / "out.txt").read_text(encoding="utf-8"))
    assert (again.confirmed, again.already) == (0, 3)


def test_every_difference_is_found_and_goes_out_again(small: SmallSchool, tmp_path: Path) -> None:
    send(small, tmp_path / "out.txt")
    back = f"{HEADER}\n001001\t09/09/2024\t\t\tALG1-01\tA\t\t\n999\t09/09/2024\t\t\tALG1-01\tP\t\t\n"
    done = read_back(small, back)
    found = {(each.student_number, each.ours, each.theirs) for each in done.differences}
    assert found == {
        ("001001", "present", "absent"),
        ("001002", "present", "missing"),
        ("001003", "absent", "missing"),
        ("999", "no record", "present"),
    }
    assert set(stages().values()) == {Stage.CERTIFIED}
    ana = Delivery.objects.get(record__student=small.ana)
    assert (ana.state, ana.seen, ana.difference) == ("reopened", "absent", "read back as absent")
    assert send(small, tmp_path / "second.txt").records == 3
    assert Delivery.objects.count() == 6


def test_a_record_that_drifted_after_its_confirmation_is_reopened(small: SmallSchool, tmp_path: Path) -> None:
    send(small, tmp_path / "out.txt")
    good = (tmp_path / "out.txt").read_text(encoding="utf-8")
    read_back(small, good)
    done = read_back(
        small,
        good.replace(
            "001001\t09/09/2024\t34000000123456\t\tALG1-01\tP", "001001\t09/09/2024\t\t\tALG1-01\tA"
        ),
    )
    assert done.reopened == 1
    assert stages()["Ana"] == Stage.CERTIFIED
    assert Decision.objects.latest("pk").reason == "read back as absent"


def test_days_the_file_does_not_speak_of_are_left_alone(small: SmallSchool, tmp_path: Path) -> None:
    send(small, tmp_path / "out.txt")
    done = read_back(small, f"{HEADER}\n001001\t09/10/2024\t\t\tALG1-01\tP\t\t\n")
    assert done.reopened == 0
    assert set(stages().values()) == {Stage.SUBMITTED}


def test_a_record_removed_here_that_lives_on_there_is_found(small: SmallSchool, tmp_path: Path) -> None:
    send(small, tmp_path / "out.txt")
    AttendanceRecord.objects.filter(student=small.ana).update(stage=Stage.REMOVED)
    done = read_back(small, (tmp_path / "out.txt").read_text(encoding="utf-8"))
    assert [(each.ours, each.theirs) for each in done.differences] == [("removed", "present")]


def test_a_correction_after_submission_goes_out_as_a_new_revision(small: SmallSchool, tmp_path: Path) -> None:
    send(small, tmp_path / "out.txt")
    correction = [Change(small.ana.pk, Action.ABSENT, "not her")]
    later = AFTER_CLASS + timedelta(hours=5)
    certify_session(small.algebra, MONDAY, Signature(small.teacher, later, reason="not Ana"), correction)
    assert send(small, tmp_path / "second.txt").records == 1
    assert "001001\t09/09/2024\t34000000123456\t\tALG1-01\tA" in (tmp_path / "second.txt").read_text()


def test_a_practice_school_says_so_in_every_row(small: SmallSchool, tmp_path: Path) -> None:
    small.school.is_practice = True
    small.school.save()
    small.teacher.refresh_from_db()
    send(small, tmp_path / "out.txt")
    rows = (tmp_path / "out.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert all(row.endswith("\tPRACTICE, never to be claimed") for row in rows)


def test_every_row_that_cannot_be_read_is_named_and_nothing_is_confirmed(
    small: SmallSchool, tmp_path: Path
) -> None:
    send(small, tmp_path / "out.txt")
    bad = [
        HEADER,
        "001001\t09/09/2024\t\t\tALG1-01\tP\t\t",
        "001001\t09/09/2024\t\t\tALG1-01\tA\t\t",
        "001002\t2024-09-09\t\t\tALG1-01\tP\t\t",
        "001003\t09/09/2024\t\t\tALG1-01\tQ\t\t",
        "short",
    ]
    with pytest.raises(InputError) as caught:
        read_back(small, "\n".join(bad))
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "back.txt row 3",
        "back.txt row 4 column date",
        "back.txt row 5 column code",
        "back.txt row 6",
    ]
    assert set(stages().values()) == {Stage.SUBMITTED}


def test_a_district_maps_its_own_columns_and_codes(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        'separator = "comma"\ndate_format = "%Y-%m-%d"\n'
        '[codes]\npresent = [""]\nabsent = ["UX", "EX"]\ntardy = ["L"]\n'
        + "".join(
            f'[[columns]]\nheader = "{header}"\nfield = "{field}"\n'
            for header, field in [
                ("ID", "student_number"),
                ("Day", "date"),
                ("Class", "section"),
                ("C", "code"),
            ]
        ),
        encoding="utf-8",
    )
    template = attendance_file.load(tmp_path / "ours.toml")
    data = attendance_file.write([Line("7", MONDAY, "A,B", "present")], template)
    assert data == b'ID,Day,Class,C\r\n7,2024-09-09,"A,B",\r\n'
    back = NamedFile("back.csv", b"C,Class,Day,ID\nEX,K,2024-09-09,7\n")
    assert attendance_file.read(back, template, []) == [Line("7", MONDAY, "K", "absent")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[columns]]\nheader='a'\nfield='student_number'", "columns need a column for each of date"),
        ("[[columns]]\nheader='a'\nfield='shoe_size'", "shoe_size"),
        ("[codes]\npresent=['X']\nabsent=['X']", "codes of their own"),
        ("colour = 'red'", "not known"),
    ],
)
def test_a_template_that_cannot_work_is_refused_with_its_reason(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        attendance_file.load(tmp_path / "bad.toml")


words = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)
    .map(str.strip)
    .filter(bool)
)
some_lines = st.lists(
    st.builds(
        Line,
        words,
        st.dates(MONDAY, MONDAY + timedelta(days=300)),
        words,
        st.sampled_from(["present", "absent"]),
    ),
    unique_by=lambda line: (line.student_number, line.on, line.section),
)


@given(some_lines)
def test_what_is_written_reads_back_the_same(lines: list[Line]) -> None:
    problems: list[Problem] = []
    data = attendance_file.write(lines, Template())
    assert attendance_file.read(NamedFile("f", data), Template(), problems) == lines
    assert not problems


def test_a_file_in_another_encoding_is_refused(small: SmallSchool) -> None:
    with pytest.raises(CentralError, match="not UTF-8"):
        confirm(NamedFile("back.txt", b"\xff\xfe"), Template(), small.teacher, EVENING)
