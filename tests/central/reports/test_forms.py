"""A report reads the same as text, JSON and CSV, and no cell of it can run."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.reports import render_csv, render_json, render_text
from central.store.models import (
    AttendanceRecord,
)
from tests.fakes import school as schools
from tests.fakes.register import P1_DAYS_A, Register, report
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


def test_a_practice_school_is_marked_in_every_form(small: SmallSchool) -> None:
    small.school.is_practice = True
    small.school.save()
    small.year.refresh_from_db()
    made = report(small)
    assert "PRACTICE" in render_text.render(made)
    assert json.loads(render_json.render(made))["school"]["is_practice"] is True
    assert all(line.endswith("PRACTICE") for line in render_csv.render(made).splitlines()[1:])
    assert any(found.blocks for found in made.findings)


def test_the_proof_sheet_names_record_teacher_and_time_of_every_pupil_day(
    small: SmallSchool, register: Register
) -> None:
    register.certified(small.algebra, small.ana, [MONDAY])
    lines = list(csv.DictReader(io.StringIO(render_csv.render_proof(report(small)))))
    record = AttendanceRecord.objects.get()
    assert lines == [
        {
            "student_number": "001001",
            "date": "2024-09-09",
            "track": "A",
            "grade": "9",
            "section": "ALG1-01",
            "record": str(record.pk),
            "source": "tap",
            "stage": "certified",
            "certified_by": "E001",
            "certified_at": at(MONDAY, "15:00").isoformat(),
        }
    ]


def test_the_three_forms_say_the_same_numbers(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    made = report(small)
    as_json = json.loads(render_json.render(made))
    rows = list(csv.DictReader(io.StringIO(render_csv.render(made))))
    text = render_text.render(made)
    assert as_json["total"] == {"pupil_days": 40, "ada": "0.43"}
    assert (rows[-1]["grade_span"], rows[-1]["ada"]) == ("all", "0.43")
    assert f"40/{P1_DAYS_A}" in text
    assert made.digest in text
    assert as_json["digest"] == made.digest
    assert as_json["rule_set"] == made.rule_set
    assert list(as_json)[:5] == ["version", "report", "school", "school_year", "as_of"]


def test_the_text_fits_a_terminal_and_holds_nothing_but_text(small: SmallSchool, register: Register) -> None:
    register.certified(small.algebra, small.ana, schools.taught("A")[:40])
    small.school.name = "A very long name of a school that somebody once thought was a good idea " * 2
    small.school.save()
    small.year.refresh_from_db()
    lines = render_text.render(report(small)).splitlines()
    assert max(map(len, lines)) <= render_text.WIDTH
    assert not any(ord(character) < 32 for line in lines for character in line)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
starts = st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u00a0@", "\uff1d", ""])


@given(st.lists(st.lists(st.builds(lambda a, b: a + b, starts, texts), min_size=1, max_size=4), max_size=5))
def test_no_cell_of_a_csv_can_run_as_a_formula_and_none_is_lost(lines: list[list[str]]) -> None:
    written = render_csv.table(lines)
    back = list(csv.reader(io.StringIO(written, newline="")))
    assert len(back) == len(lines)
    for line, cells in zip(lines, back, strict=True):
        for meant, cell in zip(line, cells, strict=True):
            assert not cell.strip().startswith(("=", "+", "-", "@"))
            assert not cell.startswith(("\t", "\r", "\n"))
            assert cell in {meant, f"'{meant}"}
