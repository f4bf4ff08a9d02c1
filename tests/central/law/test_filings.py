"""What is filed of a year, line by line: beside the table, a mutant of any word or day is seen."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pytest

from central.domain.calendar import SchoolMonth, SchoolYear
from central.domain.school import LeaKind
from central.law.filings import filings

TABLE = Path(__file__).parents[2] / "law_tables" / "filings.txt"
FIRST = SchoolMonth(1, date(2024, 8, 19), date(2024, 9, 13), (date(2024, 8, 19),))
SECOND = SchoolMonth(2, date(2024, 9, 16), date(2024, 10, 11), (date(2024, 9, 16),))
THREE = (("B", FIRST), ("A", FIRST), ("A", SECOND))


def written(name: str) -> list[str]:
    """Return the lines of the table below a heading."""
    parts = TABLE.read_text(encoding="utf-8").split("== ")
    (part,) = (part for part in parts if part.partition("\n")[0] == name)
    return part.strip().splitlines()[1:]


@pytest.mark.parametrize(
    ("name", "year", "lea", "months", "has_adults"),
    [
        ("a charter with adult classes", "2024-25", LeaKind.CHARTER, THREE, True),
        ("a district", "2024-25", LeaKind.DISTRICT, THREE[:1], False),
        ("a year whose due dates nobody read", "2015-16", LeaKind.DISTRICT, (), True),
    ],
)
def test_what_is_filed_is_what_the_table_says(
    name: str, year: str, lea: LeaKind, months: Collection[tuple[str, SchoolMonth]], *, has_adults: bool
) -> None:
    found = filings(SchoolYear(year), lea, months, has_adults=has_adults)
    lines = [
        " | ".join(
            map(
                str,
                (each.paper, each.to, each.due, each.citation, each.says, each.part, each.part_ends),
            )
        )
        for each in found
    ]
    assert lines == written(name)
