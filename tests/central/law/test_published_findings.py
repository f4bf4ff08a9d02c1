"""What audits of real schools found comes out of the rules to the cent and to the hundredth."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from central.domain.enrolment import Grade
from central.law.minutes import days_shortfall, minutes_required, minutes_shortfall, withheld
from central.law.nonclassroom import classroom_share, is_classroom_based
from central.law.revision import changes_between, disallowed_value
from central.reports.rounding import half_up, percent, total

DATA = Path(__file__).parents[2] / "data" / "accounting"
ON = date(2021, 7, 1)
SPANS = ("TK/K-3", "4-6", "7-8", "9-12")
CLASSROOM_AND_TOTAL = 4
"""Columns of a schedule that prints classroom-based beside total, for P-2 and for Annual."""


def finding(name: str) -> dict[str, Any]:  # Any: JSON as it was published
    found = json.loads((DATA / "audit_findings.json").read_text(encoding="utf-8"))["findings"]
    return next(row for row in found if row["id"] == name)


def schedules() -> list[dict[str, Any]]:  # Any: JSON as it was published
    tables: list[dict[str, Any]] = json.loads(
        (DATA / "charter_ada_schedules.json").read_text(encoding="utf-8")
    )["tables"]
    return tables


def revised() -> tuple[dict[str, Decimal], dict[str, Decimal], Decimal, Decimal]:
    """Return the P-2 cells of the school whose no-credit code was credited, before and after, and totals."""
    table = next(row for row in schedules() if row["total"][1] == "647.13")
    before = {span: Decimal(row[1][1]) for span, row in zip(SPANS, table["rows"], strict=True)}
    after = {span: Decimal(row[1][3]) for span, row in zip(SPANS, table["rows"], strict=True)}
    return before, after, Decimal(table["total"][1]), Decimal(table["total"][3])


def test_a_code_wrongly_credited_took_13_73_off_the_second_period() -> None:
    before, after, printed_before, printed_after = revised()
    disallowed = finding("GCC CCCS 2024-001")["disallowed"]
    assert (total(before.values()), total(after.values())) == (printed_before, printed_after)
    changes = changes_between(before, after)
    assert {change.cell: str(-change.difference) for change in changes} == {
        span: disallowed[span] for span in SPANS
    }
    assert str(printed_before - printed_after) == disallowed["total"] == "13.73"


def test_attendance_without_immunization_cost_what_was_printed() -> None:
    found = finding("GCC GIS 2024-002")
    value = {"9-12": Fraction(found["derived_value"])}
    before, after = {"9-12": Decimal(found["disallowed_ada"])}, {"9-12": Decimal("0.00")}
    assert (
        str(half_up(disallowed_value(changes_between(before, after), value))) == found["penalty"] == "1951.85"
    )


def test_independent_study_signed_late_lost_the_sum_of_its_spans() -> None:
    lost = finding("SJUSD 2023-003")["overstated"]
    assert [lost[span] for span in SPANS] == ["0.90", "1.21", "3.35", "0.07"]
    assert str(total(map(Decimal, lost.values()))) == "5.53"


def test_an_entry_that_differs_from_its_support_is_seen_by_their_difference() -> None:
    found = finding("SCOE 2024-02")
    cells = {"9-12": Decimal(found["supported"])}, {"9-12": Decimal(found["reported"])}
    (change,) = changes_between(*cells)
    assert str(change.difference) == found["overstated"] == "0.03"


def test_a_school_closed_after_108_days_loses_the_printed_shares() -> None:
    found = finding("Golden Valley Tahoe 2022-001")
    offered = found["minutes"]
    assert str(percent(days_shortfall(found["days"], ON))) == "38.2857"
    shares = {
        Grade.TK: (offered["TK"], "11.3333"),
        Grade.K: (offered["K-6"], "4.6667"),
        Grade.G3: (offered["K-6"], "31.9048"),
        Grade.G4: (offered["K-6"], "36.4444"),
    }
    for grade, (minutes, lost) in shares.items():
        assert str(percent(minutes_shortfall(grade, minutes, ON))) == lost
    short = minutes_required(Grade.TK, ON) - offered["TK"]
    assert withheld(36_000, minutes_shortfall(Grade.TK, offered["TK"], ON)) == short


def classroom_columns() -> Iterator[tuple[str, Decimal, Decimal]]:
    """Yield classroom-based and total attendance of every schedule that prints both beside each other."""
    for table in schedules():
        columns = table["total"]
        if len(columns) == CLASSROOM_AND_TOTAL and all(columns):
            for index in (0, 2):
                yield f"{table['line']}:{index}", Decimal(columns[index]), Decimal(columns[index + 1])


def test_schools_audited_as_classroom_based_are_by_our_rule() -> None:
    columns = list(classroom_columns())
    assert len(columns) >= 2
    for where, classroom, every in columns:
        assert is_classroom_based(classroom, every, ON), where


@pytest.mark.parametrize(
    ("classroom", "every", "is_enough"), [("400.00", "500.00", True), ("399.99", "500.00", False)]
)
def test_exactly_eighty_percent_is_classroom_based(classroom: str, every: str, *, is_enough: bool) -> None:
    assert is_classroom_based(Decimal(classroom), Decimal(every), ON) is is_enough


def test_the_share_of_a_real_classroom_school_is_the_printed_one() -> None:
    assert str(percent(classroom_share(Decimal("1380.71"), Decimal("1381.19")))) == "99.9652"
