import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.errors import DomainError
from central.reports.rounding import half_up, percent, total

DATA = Path(__file__).parents[2] / "data" / "accounting"
fractions = st.fractions(min_value=-(10**7), max_value=10**7, max_denominator=10**6)


class Table(TypedDict):
    source: str
    line: int
    rows: list[tuple[str, list[str | None]]]
    total: list[str | None]


def columns() -> Iterator[tuple[str, list[str], str]]:
    """Yield the printed cells and the printed total of every column that has both."""
    text = (DATA / "charter_ada_schedules.json").read_text(encoding="utf-8")
    tables: list[Table] = json.loads(text)["tables"]
    for table in tables:
        for index, printed in enumerate(table["total"]):
            cells = [row[1][index] for row in table["rows"] if row[1][index] is not None]
            if printed is not None and cells:
                yield f"{table['source']}:{table['line']}:{index}", [cell or "" for cell in cells], printed


def test_published_totals_are_the_sums_of_their_printed_cells_but_for_one_misprint() -> None:
    wrong = [
        (where, str(total(map(Decimal, cells))), printed)
        for where, cells, printed in columns()
        if total(map(Decimal, cells)) != Decimal(printed)
    ]
    assert wrong == [
        ("github.com/ccorcos/focs docs/SJUSD/2023-06-27/agenda-packet.md:10721:0", "440.12", "440.15"),
    ]
    assert len(list(columns())) == 158


def test_findings_of_real_audits_round_to_the_cent_they_were_printed_with() -> None:
    found = json.loads((DATA / "audit_findings.json").read_text(encoding="utf-8"))["findings"]
    immunization = next(row for row in found if row["id"] == "GCC GIS 2024-002")
    dollars = Fraction(immunization["disallowed_ada"]) * Fraction(immunization["derived_value"])
    assert str(half_up(dollars)) == immunization["penalty"]
    no_credit = next(row for row in found if row["id"] == "GCC CCCS 2024-001")["disallowed"]
    spans = [Decimal(value) for span, value in no_credit.items() if span != "total"]
    assert str(total(spans)) == no_credit["total"]


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (Fraction(1, 8), "0.13"),
        (Fraction(2675, 1000), "2.68"),
        (Fraction(12_345, 142), "86.94"),
        (Fraction(-1, 8), "-0.13"),
        (Fraction(-1, 1000), "0.00"),
        (Fraction(0), "0.00"),
        (7, "7.00"),
        (Decimal("0.005"), "0.01"),
        (Fraction(10**30 + 1, 10**2), f"{10**28}.01"),
    ],
)
def test_halves_go_up_and_two_decimals_are_always_printed(
    value: Fraction | Decimal | int, printed: str
) -> None:
    assert str(half_up(value)) == printed


def test_a_float_is_refused_because_it_has_already_been_rounded() -> None:
    wrong: Fraction = 2.675  # type: ignore[assignment]  # the mistake this refuses
    with pytest.raises(DomainError, match=r"2\.675 is a float"):
        half_up(wrong)


@given(fractions, st.integers(0, 6))
def test_rounding_moves_a_number_by_no_more_than_half_a_unit(value: Fraction, places: int) -> None:
    moved = Fraction(half_up(value, places)) - value
    assert abs(moved) <= Fraction(1, 2 * 10**places)
    if abs(moved) == Fraction(1, 2 * 10**places):
        assert moved * value > 0, "a half goes away from zero"


@given(fractions)
def test_rounding_what_is_rounded_changes_nothing(value: Fraction) -> None:
    assert half_up(half_up(value)) == half_up(value)


@given(st.lists(fractions, max_size=30))
def test_a_total_is_the_sum_of_its_cells_in_any_order(values: list[Fraction]) -> None:
    cells = [half_up(value) for value in values]
    assert Fraction(total(cells)) == sum(map(Fraction, cells))
    assert total(reversed(cells)) == total(cells)
    assert str(total(cells))[-3] == "."


def test_a_cell_that_was_not_rounded_cannot_be_added() -> None:
    with pytest.raises(DomainError, match=r"0\.125 has more than 2 decimals"):
        total([Decimal("0.125")])


def test_the_total_of_nothing_is_zero() -> None:
    assert str(total([])) == "0.00"


def test_a_percentage_is_printed_to_four_places() -> None:
    assert str(percent(Fraction(2, 27))) == "7.4074"
    assert str(percent(Fraction(1, 175))) == "0.5714"
    assert str(percent(Fraction(33, 800), 1)) == "4.1"
