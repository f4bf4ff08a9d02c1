"""The office's notes on absences go in whole; a school's own codes are held against the law."""

from collections.abc import Callable
from datetime import date

import pytest

from central.domain.absence import AbsenceReason
from central.errors import InputError, RefusedError
from central.store.models import AbsenceNote, School, SchoolYear, Staff, Track
from central.store.queries.absences import noted_reasons
from tests.central.commands.conftest import Central

Dump = Callable[[], str]
HEADER = "student,date,code,reason\n"
CODES = "code,reason,credited\nA,unexcused,no\nM,excused,no\n"
FIRST, SECOND, HOLIDAY = "2026-08-17", "2026-08-18", "2026-09-07"


@pytest.fixture
def office(with_calendar: Central) -> Central:
    """Return a central with one student enrolled from the second day, a clerk (C1) and a teacher (T1)."""
    school = School.objects.get()
    track = Track.objects.get()
    student = school.students.create(number="0001", family_name="Soto", given_name="Ana")
    student.enrollments.create(track=track, grade="9", since=date(2026, 8, 18))
    for number, role in (("C1", "clerk"), ("T1", "teacher")):
        Staff.objects.create(school=school, number=number, family_name="R", given_name="R", role=role)
    return with_calendar


def take_in(office: Central, rows: str, codes: str = "", by: str = "C1") -> str:
    table = ("--codes", office.file("codes.csv", codes)) if codes else ()
    return office.run("import-absences", office.file("away.csv", HEADER + rows), *table, "--as", by)


def problems(office: Central, rows: str, codes: str = "") -> list[str]:
    with pytest.raises(InputError) as refused:
        take_in(office, rows, codes)
    return list(refused.value.problems)


def reasons(office: Central) -> dict[tuple[str, date], AbsenceReason]:
    office.at = office.at.replace(hour=23)
    return noted_reasons(SchoolYear.objects.get(), office.at)


def test_an_absence_goes_in_with_its_reason_and_the_same_file_again_says_nothing_new(
    office: Central, content: Dump
) -> None:
    rows = f"0001,{SECOND},Excused,dentist\n"
    assert "1 absences noted" in take_in(office, rows)
    note = AbsenceNote.objects.get()
    assert (note.code, note.reason, note.by) == ("excused", "dentist", "C1")
    before = content()
    assert "nothing changed" in take_in(office, rows)
    assert content() == before
    assert reasons(office) == {("0001", date(2026, 8, 18)): AbsenceReason.EXCUSED}


def test_another_reason_is_a_further_row_and_the_last_one_counts(office: Central) -> None:
    take_in(office, f"0001,{SECOND},unexcused,\n")
    assert "1 absences corrected" in take_in(office, f"0001,{SECOND},excused,note brought\n")
    assert AbsenceNote.objects.count() == 2
    assert list(reasons(office).values()) == [AbsenceReason.EXCUSED]


def test_a_note_can_be_withdrawn_but_only_one_that_stands(office: Central) -> None:
    take_in(office, f"0001,{SECOND},excused,\n")
    assert "1 absences withdrawn" in take_in(office, f"0001,{SECOND},withdrawn,wrong student\n")
    assert reasons(office) == {}
    (found,) = problems(office, "0001,2026-10-30,withdrawn,\n")
    assert "no absence is noted that day" in found


def test_a_schools_own_codes_are_read_by_its_table(office: Central) -> None:
    take_in(office, f"0001,{SECOND},M,dentist\n", CODES)
    assert office.code == 0
    note = AbsenceNote.objects.get()
    assert (note.code, note.reason) == ("excused", "dentist (code M)")


def test_a_no_credit_code_set_to_give_credit_is_found(office: Central) -> None:
    printed = take_in(office, f"0001,{SECOND},M,\n", CODES.replace("M,excused,no", "M,excused,yes"))
    assert office.code == 1
    assert "finding R-AUD-02" in printed
    assert "code M: the code is configured as credited, and a day of excused is not attendance" in printed


def test_every_problem_is_told_at_once_and_nothing_is_stored(office: Central, content: Dump) -> None:
    before = content()
    found = problems(office, f"0001,{SECOND},M,\n0001,,excused,\n0001,{SECOND},excused,\n0001,{FIRST},,\n")
    assert [line.partition(":")[0] for line in found] == [
        "away.csv row 2 column code",
        "away.csv row 3 column date",
        "away.csv row 4 column date",
        "away.csv row 5 column code",
    ]
    found = problems(
        office,
        f"0001,{FIRST},excused,\n0001,{HOLIDAY},excused,\n9,{SECOND},excused,\n0001,2024-08-20,excused,\n",
    )
    assert [line.partition(":")[0] for line in found] == [
        "away.csv row 2 column date",
        "away.csv row 3 column date",
        "away.csv row 4 column student",
        "away.csv row 5 column date",
    ]
    assert content() == before


def test_a_table_of_codes_that_contradicts_itself_is_refused(office: Central, content: Dump) -> None:
    before = content()
    found = problems(office, f"0001,{SECOND},A,\n", CODES + "A,excused,maybe\nB,sick,no\n")
    assert [line.partition(":")[0] for line in found] == [
        "codes.csv row 4 column credited",
        "codes.csv row 4 column code",
        "codes.csv row 5 column reason",
    ]
    assert content() == before


def test_only_the_office_notes_absences(office: Central) -> None:
    with pytest.raises(RefusedError, match="employee T1"):
        take_in(office, f"0001,{SECOND},excused,\n", by="T1")
