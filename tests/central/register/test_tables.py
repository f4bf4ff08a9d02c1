"""The register's tables hold every row of the school's lists, each with where its state comes from."""

import re
from datetime import date

import pytest

from central.errors import ConfigError
from central.law.question import OPEN_QUESTIONS
from central.register.evidence import due_on, stands
from central.register.standing import State
from central.register.table import ORDER, TABLES, Row, parse, rows, tables

ON = date(2026, 10, 1)
ROW = """
title = "Rules"
about = "Some."
columns = ["rule"]
[[row]]
key = "one"
rule = "Must"
needs = { who = "Clerk", what = "it", due = "09-30" }
"""


def needing() -> list[Row]:
    return [row for row in rows().values() if row.needs]


def test_the_tables_have_as_many_rows_as_the_lists_they_are_of() -> None:
    counts = {found.name: len(found.rows) for found in tables()}
    assert {path.stem for path in TABLES.glob("*.toml")} == set(ORDER) == counts.keys()
    assert (counts["items"], counts["requirements"], counts["rules"]) == (10, 29, 12)
    assert (counts["funding"], counts["reading"], counts["questions"]) == (4, 24, len(OPEN_QUESTIONS))


def test_a_table_has_the_columns_of_its_list() -> None:
    columns = {found.name: found.columns for found in tables()}
    assert columns["requirements"] == (
        "responsible party",
        "requirement",
        "governing agency",
        "description",
    )
    assert columns["rules"] == ("party", "topic", "rule", "source", "sections", "notes")
    assert columns["funding"] == ("source", "title", "section", "why", "notes")


@pytest.mark.parametrize("row", [pytest.param(row, id=row.key) for row in needing()])
def test_a_row_the_records_cannot_answer_names_who_must_bring_what_by_when(row: Row) -> None:
    assert row.needs is not None
    due = due_on(row.needs, ON)
    answer = stands(row.needs, [], ON)
    assert date(2026, 7, 1) <= due <= date(2027, 6, 30)
    assert answer.state is State.NEEDS_EVIDENCE
    assert answer.reason == f"{row.needs.who} must bring {row.needs.what} by {due}"
    assert min(len(row.needs.who), len(row.needs.what)) > 1


def test_every_row_is_answered_by_the_records_by_evidence_or_by_a_row_that_is() -> None:
    every = rows()
    for row in every.values():
        asked = every[row.same_as] if row.same_as else row
        assert asked.query or asked.needs, row.key
        assert asked.same_as is None, row.key


def test_every_open_question_of_the_law_waits_for_an_answer_in_the_register() -> None:
    keys = {row.number: row.key for row in rows().values() if row.number is not None}
    assert keys == {question.number: f"question-{question.key}" for question in OPEN_QUESTIONS}


def test_where_a_list_is_wrong_in_law_its_row_says_so_and_cites() -> None:
    wrong = {row.key: row for row in rows().values() if row.finding}
    assert wrong.keys() >= {
        "rule-age",
        "rule-continuity",
        "rule-progress",
        "rule-positive",
        "more-april",
        "more-closures",
        "duty-emergency-review",
        "student-age",
        "student-no-diploma",
    }
    assert all(row.citation for row in wrong.values())
    assert re.search("60 percent; 55", wrong["more-april"].finding)


@pytest.mark.parametrize(
    ("find", "replace", "says"),
    [
        ("needs =", "need =", "not one of query, needs, same_as"),
        ('rule = "Must"', "", r"lacks \['rule'\]"),
        ('rule = "Must"', 'rule = "Must"\nrank = "1"', r"unknown \['rank'\]"),
        ('who = "Clerk", ', "", "needs must have"),
        ("needs =", 'query = "x"\nneeds =', "not one of"),
        ('needs = { who = "Clerk", what = "it", due = "09-30" }', 'query = "x"', "lacks"),
        ('about = "Some."', "", "has .*, not .*about"),
        ("[[row]]", "[[row]", "is not TOML"),
    ],
)
def test_a_table_written_otherwise_is_refused(find: str, replace: str, says: str) -> None:
    assert parse("rules", ROW).rows[0].needs is not None
    with pytest.raises(ConfigError, match=says):
        parse("rules", ROW.replace(find, replace, 1))
