"""Published: the week as papers: a grid of students and days for each class, with its line to sign."""

from typing import Final

from central.exchange.workbook import Cell
from central.reports.board_papers import Papers, Printed
from central.reports.paper_parts import head
from central.reports.weekly_printout_report import WeeklyPrintout
from central.store.queries.week_rolls import ClassRoll, RollLine

_KEY: Final = (
    ("P", "present"),
    ("T", "present, came late"),
    ("A", "absent"),
    ("(P) (T) (A)", "the same, not certified by the teacher"),
    ("empty", "in the class and no record: write P or A by hand and initial it"),
    ("-", "not in this class on that day"),
)
_WHY: Final = (
    "Where the electronic certification of attendance is not approved, each teacher signs and dates the "
    "week's attendance by hand. Correct a sign by striking it through, writing the right one beside it, "
    "with initials and date; have the record corrected the same way. Keep the signed sheets."
)
_CERTIFY: Final = (
    "I certify that this is the attendance of my class in this week as it was recorded each day."
)
_SIGN: Final = "Signature: ______________________________   Date: ______________"


def papers(report: WeeklyPrintout) -> Papers:
    """Return the papers; each class has its own page and its own line to be signed."""
    return Papers(
        title=f"Attendance, week of {report.since:%m/%d/%Y}",
        lines=[*head(report.of), _WHY],
        tables=[
            Printed("Key", ("Sign", "Means"), _KEY, short="Key"),
            *(_class(roll) for roll in report.classes),
        ],
    )


def _class(roll: ClassRoll) -> Printed:
    teachers = "; ".join(f"{name} (employee {number})" for number, name in roll.teachers)
    place = f", room {roll.room}" if roll.room else ""
    heads = ("Student", "Name", *(f"{on:%a %m/%d}" for on in roll.days), "Present", "Absent")
    says = [f"Teacher: {teachers or 'nobody assigned'}{place}.", _CERTIFY, _SIGN]
    rows = [_line(line) for line in roll.lines]
    return Printed(f"{roll.title} ({roll.code})", heads, rows, says=says, short=roll.code, is_own_page=True)


def _line(line: RollLine) -> list[Cell]:
    signs = ["-" if sign is None else sign for sign in line.signs]
    certified = [sign for sign in signs if not sign.startswith("(")]
    present = sum(sign in {"P", "T"} for sign in certified)
    return [line.number, line.name, *signs, present, certified.count("A")]
