"""A roster comes in from any CSV somebody once said the columns of, and no number is guessed."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from central.errors import CentralError, InputError, RefusedError
from central.exchange.column_mapping import suggested
from central.store.models import ColumnMapping, Enrollment, Placement, Section, Staff, Student
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE

HEADINGS = (
    "Número de estudiante;Apellidos;Nombre;Nombre preferido;Fecha de nacimiento;Grado;Clase;Ingreso;Salida"
)
BY = ("--as", "C1")


@pytest.fixture
def school(with_calendar: Central) -> Central:
    with_calendar.run("import-roster", SAMPLE)
    teacher = Staff.objects.get()
    Staff.objects.create(
        school=teacher.school, number="C1", family_name="C", given_name="C", role=Staff.Role.CLERK
    )
    return with_calendar


def sheet(school: Central, *lines: str, headings: str = HEADINGS, encoding: str = "utf-8-sig") -> Path:
    return school.file("students.csv", "\r\n".join([headings, *lines]).encode(encoding))


def given(school: Central, *lines: str, more: tuple[str, ...] = ()) -> str:
    file = sheet(school, *lines)
    if not ColumnMapping.objects.exists():
        school.run("column-mapping", "save", "office", "--from", file, *BY)
    return school.run("import-roster", file, "--mapping", "office", *more)


def problems(school: Central, *lines: str) -> list[str]:
    with pytest.raises(InputError) as refused:
        given(school, *lines)
    return list(refused.value.problems)


def test_headings_are_understood_in_english_and_spanish() -> None:
    assert suggested(HEADINGS.split(";")) == {
        "number": "Número de estudiante",
        "family name": "Apellidos",
        "given name": "Nombre",
        "preferred name": "Nombre preferido",
        "birth date": "Fecha de nacimiento",
        "grade": "Grado",
        "class": "Clase",
        "begin": "Ingreso",
        "end": "Salida",
    }
    english = [
        "STUDENT_ID",
        "Last Name",
        "first-name",
        "Grade Level",
        "Course Title",
        "Homeroom",
        "Exit Date",
    ]
    assert suggested(english) == {
        "number": "STUDENT_ID",
        "family name": "Last Name",
        "given name": "first-name",
        "grade": "Grade Level",
        "class title": "Course Title",
        "end": "Exit Date",
    }


def test_students_come_in_with_legal_and_preferred_name_and_a_dated_seat(school: Central) -> None:
    printed = given(
        school,
        "0700001;Nuñez;José;Pepe;1/31/1990;9th;ESL1-12A;9/8/2026;",
        "0012345;Nuñez;José María;;;10;ESL1-12A;;",
    )
    assert "1 students added" in printed
    new = Student.objects.get(number="0700001")
    assert (str(new), new.preferred_name, new.birth_on) == ("Nuñez, José", "Pepe", date(1990, 1, 31))
    seat = Placement.objects.get(student=new)
    assert (seat.section.code, seat.since, seat.until) == ("ESL1-12A", date(2026, 9, 8), None)
    assert Enrollment.objects.get(student=new).grade == "9"
    # The known student keeps id, seat and first day; the new grade is true from today.
    known = Student.objects.get(number="0012345")
    assert (known.given_name, known.source_id) == ("José María", "u0")
    assert Placement.objects.get(student=known).since == date(2026, 8, 17)
    rows = Enrollment.objects.filter(student=known).order_by("since").values_list("grade", "since")
    assert list(rows) == [("12", date(2026, 8, 17)), ("10", date(2026, 9, 1))]
    assert Placement.objects.filter(until=None).count() == 9
    # A later file of changes still knows the seat by its own id.
    assert Placement.objects.get(student=known).source_id == "e1"
    assert "placements changed" not in school.run("import-roster", SAMPLE)


def test_the_same_file_again_changes_nothing_and_a_whole_one_ends_the_others(school: Central) -> None:
    line = "0012345;Nuñez;José;;;12;ESL1-12A;;"
    given(school, line)
    assert "nothing changed" in given(school, line)
    school.at = datetime(2026, 10, 5, 19, tzinfo=UTC)
    other = ("0098765;Nguyen;Thị;;;12;ESL1-12A;;",)
    rehearsed = given(school, line, *other, more=("--files-are", "bulk", "--dry-run"))
    assert rehearsed.count("ended      seat") == 6
    assert Placement.objects.filter(until=None).count() == 8
    given(school, line, *other, more=("--files-are", "bulk"))
    assert set(Placement.objects.filter(until=None).values_list("student__number", flat=True)) == {
        "0012345",
        "0098765",
    }


def test_a_number_a_spreadsheet_has_shortened_is_never_padded(school: Central) -> None:
    short, *mangled = problems(
        school,
        "12346;A;B;;;9;ESL1-12A;;",
        "7.00001E+05;A;B;;;9;ESL1-12A;;",
        "700003.0;A;B;;;9;ESL1-12A;;",
    )
    assert short == (
        "students.csv row 2 column Número de estudiante: 5 digits, where the school's numbers have "
        "6 or 7 or 10: a spreadsheet may have taken leading zeros away; "
        "format the column as text and export again"
    )
    assert [text.split(" column ")[0] for text in mangled] == ["students.csv row 3", "students.csv row 4"]
    assert all("a spreadsheet has made a number of this" in text for text in mangled)
    assert Student.objects.count() == 8


def test_every_problem_is_named_by_row_and_heading(school: Central) -> None:
    told = problems(
        school,
        "0700001;;B;;31/12/1990;13;ESL1-12A;;",
        "0700002;A;B;;;9;ESL1-12A;;",
        "0700002;A;C;;;9;ESL1-12A;9/8/2026;9/1/2026",
        "0700003;A;B;;;9;ESL1-12A;;;",
    )
    assert [text.removeprefix("students.csv row ") for text in told] == [
        "2 column Apellidos: this cell is empty",
        "2 column Grado: '13' is no grade; write TK, K or 1 to 12",
        "2 column Fecha de nacimiento: '31/12/1990' is no date; write it like 2024-08-19",
        "4 column Número de estudiante: row 3 says something else of this student",
        "4 column Salida: the seat ends (2026-09-01) before it begins (2026-09-08)",
        "5: 10 cells under 9 columns; look for a missing quote",
    ]
    assert Student.objects.count() == 8


def test_a_class_that_is_new_keeps_the_days_of_its_track(school: Central) -> None:
    headings = "ID,Last,First,Grade,Section,Course Title,Room,Track"
    file = sheet(school, '0700001,"O, N",B,9,ALG1,Algebra 1,Room 7,A', headings=headings)
    school.run("column-mapping", "save", "english", "--from", file, *BY)
    school.run("import-roster", file, "--mapping", "english")
    section = Section.objects.get(code="ALG1")
    assert section.room is not None
    assert (section.title, section.room.name) == ("Algebra 1", "Room 7")
    assert (section.since, section.until) == (date(2026, 8, 17), date(2026, 12, 18))
    # A file that has no such column does not say that a leaver stays.
    Placement.objects.filter(section=section).update(until=date(2026, 10, 30))
    school.run("import-roster", file, "--mapping", "english")
    assert Placement.objects.get(section=section).until == date(2026, 10, 30)
    # Nobody said since when, so no day before today is claimed.
    assert Placement.objects.get(section=section).since == date(2026, 9, 1)


def test_old_windows_files_are_read_and_said_so(school: Central) -> None:
    file = sheet(school, "0700001;Nuñez;José;;;9;ESL1-12A;;", encoding="cp1252")
    school.run("column-mapping", "save", "office", "--from", file, *BY)
    printed = school.run("import-roster", file, "--mapping", "office")
    assert "note: the file is read as Windows-1252" in printed
    assert Student.objects.get(number="0700001").family_name == "Nuñez"


def test_the_last_mapping_of_a_name_counts_and_the_earlier_stay(school: Central) -> None:
    named = [part for pair in (("number", "ID"), ("family name", "L"), ("given name", "F")) for part in pair]
    sets = [f"{ours}={heading}" for ours, heading in zip(named[::2], named[1::2], strict=True)]
    options = [option for one in sets for option in ("--set", one)]
    school.run("column-mapping", "save", "x", *options, *BY)
    school.run("column-mapping", "save", "x", *options, "--set", "grade=G", *BY)
    assert "grade           G" in school.run("column-mapping", "show", "x")
    assert school.run("column-mapping", "list").startswith("x  4 columns")
    assert ColumnMapping.objects.count() == 2
    with pytest.raises(CentralError, match="no heading is named for number"):
        school.run("column-mapping", "save", "y", "--set", "grade=G", *BY)
    with pytest.raises(CentralError, match="no such column"):
        school.run("column-mapping", "save", "y", "--set", "shoe=G", *BY)
    with pytest.raises(RefusedError, match="may not add roster"):
        school.run("column-mapping", "save", "y", *options, "--as", "900")
    with pytest.raises(CentralError, match="there is no column mapping 'y'"):
        school.run("import-roster", SAMPLE, "--mapping", "y")
    school.run("column-mapping", "suggest", sheet(school))
    assert school.code == 0
