"""Published: the student absence summary (STAS) as a file of fields 13.01 to 13.24, by a template."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.calendar import SchoolYear
from central.exchange.calpads.names import transliterated
from central.exchange.layout import AS_IT_IS, Cells, Column, Layout, LayoutChanges
from central.law.stas import StasRow

# The numbers and names of 13.11, 13.12 and 13.14, what 13.23 is, the separator and whether a heading
# stands above are not verified: a template says them as the state's own workbook does.
DEFAULT: Final = Layout(
    (
        Column("13.01", text="STAS"),
        Column("13.02", "transaction"),
        Column("13.03", "local_record"),
        Column("13.04", "agency"),
        Column("13.05", "school"),
        Column("13.06", "year"),
        Column("13.07", "ssid"),
        Column("13.08", "student"),
        Column("13.09", "first_name"),
        Column("13.10", "last_name"),
        Column("13.11", "birth_date"),
        Column("13.12"),
        Column("13.13", "exemption"),
        Column("13.14"),
        Column("13.15", "expected"),
        Column("13.16", "attended"),
        Column("13.17", "out_of_school_suspension"),
        Column("13.18", "in_school_suspension"),
        Column("13.19", "excused"),
        Column("13.20", "unexcused"),
        Column("13.21", "study_without_ada"),
        Column("13.22", "study_with_ada"),
        Column("13.23"),
        Column("13.24", "recovered"),
    ),
    separator="caret",
    has_header=False,
    date_format="%Y%m%d",
)
_COUNTS: Final = (
    *("attended", "out_of_school_suspension", "in_school_suspension", "excused", "unexcused"),
    *("study_without_ada", "study_with_ada"),
)


@dataclass(frozen=True, slots=True)
class StasTemplate:
    """What a district's file has otherwise, and what the records cannot know.

    `agency` stands in 13.04 where a charter reports through its authorizer, `transaction` in 13.02, and
    `space` for white space in names.
    """

    agency: str = ""
    transaction: str = ""
    space: str = "-"
    layout: LayoutChanges = AS_IT_IS


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a row is about, as the records have it."""

    first_name: str
    last_name: str
    born_on: date | None


def cells(row: StasRow, who: Identity, year: SchoolYear, layout: Layout, template: StasTemplate) -> Cells:
    """Return a row as the layout's fields; of an exempt student every count is blank."""
    told = None if row.is_exempt else row.summary
    counts = dict.fromkeys(("expected", *_COUNTS, "recovered"), "")
    if told is not None:
        counts |= {"expected": str(told.days_expected)}
        counts |= {name: str(days) for name, days in zip(_COUNTS, told.parts, strict=True)}
        counts |= {"recovered": "" if told.days_recovered is None else str(told.days_recovered)}
    return {
        "transaction": template.transaction,
        "local_record": f"{year.name}-{row.student}",
        "agency": row.agency.lea,
        "school": row.agency.school,
        "year": f"{year.starts_on.year}-{year.ends_on.year}",
        "ssid": row.ssid,
        "student": row.student,
        "first_name": transliterated(who.first_name, template.space),
        "last_name": transliterated(who.last_name, template.space),
        "birth_date": layout.day(who.born_on) if who.born_on else "",
        "exemption": "Y" if row.is_exempt else "",
        **counts,
    }
