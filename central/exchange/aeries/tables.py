"""Published: rows of the tables ATT and ATD by their field names, in a layout a district may change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from central.domain.absence import AbsenceReason
from central.exchange.layout import AS_IT_IS, Cells, Column, Layout, LayoutChanges

PERIODS: Final = tuple(str(number) for number in range(10))
ATTENDANCE: Final = Layout(
    (
        Column("SC", "school"),
        Column("SN", "student"),
        Column("DY", "day_number"),
        Column("DT", "date"),
        Column("AL", "all_day"),
        *(Column(f"A{period}", f"period_{period}") for period in PERIODS),
        Column("ADA", "make_up_code"),
        Column("ADT", "make_up_date"),
        Column("ACO", "make_up_comment"),
        Column("AMU", "make_up_minutes"),
    )
)
DETAIL: Final = Layout(
    (
        Column("SC", "school"),
        Column("SN", "student"),
        Column("SE", "session"),
        Column("DT", "date"),
        Column("ARH", "hours"),
    )
)


@dataclass(frozen=True, slots=True)
class Codes:
    """The attendance codes of one district; an empty one is not known yet, and is asked for when needed."""

    excused: str = ""
    unexcused: str = ""
    suspension: str = ""
    in_school_suspension: str = ""
    immunization: str = ""
    incomplete_study: str = ""
    absent_from_class: str = ""
    tardy: str = ""
    make_up: str = ""

    def of(self, reason: AbsenceReason) -> tuple[str, str]:
        """Return the name of a full-day absence's code in the template, and the code."""
        name = reason.name.lower()
        return name, str(getattr(self, name))


NO_CODES: Final = Codes()


@dataclass(frozen=True, slots=True)
class AeriesTemplate:
    """How a district keeps attendance: its number of the school (SC), its codes, and the file's layout."""

    school: str = ""
    codes: Codes = NO_CODES
    layout: LayoutChanges = AS_IT_IS


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeUp:
    """What makes a recovered absence good: the day it was earned, and the minutes it took."""

    on: date
    minutes: int
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRow:
    """One student's day in ATT: the code of the whole day, or those of its periods; presence has no row."""

    student: str
    on: date
    day_number: int
    all_day: str = ""
    periods: Mapping[str, str] = field(default_factory=dict)
    make_up: MakeUp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRow:
    """One student's hours in one session of supplemental attendance (ATD)."""

    student: str
    session: str
    on: date
    hours: int


def attendance_cells(row: AttendanceRow, school: str, codes: Codes, layout: Layout) -> Cells:
    """Return a row of ATT as the layout's fields."""
    made = row.make_up
    return {
        "school": school,
        "student": row.student,
        "day_number": str(row.day_number),
        "date": layout.day(row.on),
        "all_day": row.all_day,
        **{f"period_{period}": row.periods.get(period, "") for period in PERIODS},
        "make_up_code": codes.make_up if made else "",
        "make_up_date": layout.day(made.on) if made else "",
        "make_up_comment": made.comment if made else "",
        "make_up_minutes": str(made.minutes) if made else "",
    }


def detail_cells(row: DetailRow, school: str, layout: Layout) -> Cells:
    """Return a row of ATD as the layout's fields."""
    return {
        "school": school,
        "student": row.student,
        "session": row.session,
        "date": layout.day(row.on),
        "hours": str(row.hours),
    }
