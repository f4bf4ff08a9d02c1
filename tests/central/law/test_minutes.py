import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.enrolment import Grade
from central.law.minutes import (
    days_shortfall,
    findings_on_days,
    findings_on_minutes,
    minutes_required,
    minutes_shortfall,
    withheld,
)

DATA = Path(__file__).parents[2] / "data" / "accounting"
ON = date(2019, 7, 1)


class Derived(TypedDict):
    minutes_total: int
    days_total: int
    complies: bool


class Row(TypedDict):
    grade: str
    numbers: list[int]
    status: str
    derived: Derived


def published_rows() -> list[Row]:
    rows: list[Row] = json.loads((DATA / "instructional_time_rows.json").read_text(encoding="utf-8"))["rows"]
    return rows


def test_the_minutes_a_grade_needs_are_those_printed_beside_it() -> None:
    rows = published_rows()
    assert len(rows) == 191
    for row in rows:
        assert minutes_required(Grade(row["grade"]), ON) == row["numbers"][0]


def test_printed_totals_are_what_was_offered_and_what_was_credited_but_for_one_misprint() -> None:
    long_rows = [row for row in published_rows() if len(row["numbers"]) == 7]
    wrong = []
    for row in long_rows:
        _, offered, credited, minutes, taught, credited_days, days = row["numbers"]
        assert (row["derived"]["minutes_total"], row["derived"]["days_total"]) == (minutes, days)
        if (offered + credited, taught + credited_days) != (minutes, days):
            wrong.append((offered, credited, minutes))
    assert (len(long_rows), wrong) == (87, [(35_865, 335, 36_000)])


def test_our_verdict_is_the_printed_one_on_every_published_row() -> None:
    verdicts = []
    for row in published_rows():
        grade, found = Grade(row["grade"]), row["derived"]
        findings = [
            *findings_on_minutes(grade, found["minutes_total"], ON),
            *findings_on_days("school", found["days_total"], ON),
        ]
        verdicts.append(not findings)
        assert (not findings) == (row["status"] in {"In Compliance", "Complied"})
    assert verdicts.count(False) == 8


def test_a_row_that_was_not_in_compliance_says_by_how_much() -> None:
    (minutes,) = findings_on_minutes(Grade.TK, 31_920, ON)
    (days,) = findings_on_days("Golden Valley", 108, ON)
    assert minutes.says == "31920 minutes are offered; 36000 are required"
    assert days.says == "taught on 108 days; below 175 the apportionment is cut"
    assert (days.subject, minutes.subject) == ("Golden Valley", "grade TK")


@given(st.sampled_from(Grade), st.integers(min_value=0, max_value=100_000))
def test_a_shortfall_is_nothing_exactly_where_there_is_no_finding(grade: Grade, offered: int) -> None:
    lost = minutes_shortfall(grade, offered, ON)
    assert (lost == 0) == (not findings_on_minutes(grade, offered, ON))
    assert 0 <= lost <= 1


@given(st.integers(min_value=0, max_value=366))
def test_a_year_of_too_few_days_loses_the_share_that_is_missing(days: int) -> None:
    assert days_shortfall(days, ON) == max(Fraction(175 - days, 175), Fraction(0))


@pytest.mark.parametrize("money", [8_000_000, Decimal("8000000.00"), Fraction(8_000_000)])
def test_what_is_withheld_is_exact_whatever_the_money_is_written_in(
    money: int | Decimal | Fraction,
) -> None:
    assert withheld(money, Fraction(2, 27)) == Fraction(16_000_000, 27)
