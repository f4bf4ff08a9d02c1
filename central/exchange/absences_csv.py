"""Published: absences and a school's table of absence codes as CSV."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.absence import AbsenceCode, AbsenceReason
from central.exchange import table
from central.exchange.problem import Problem, Where
from central.exchange.table import Columns, Row

_ABSENCES: Final = Columns(("student", "date", "code"), ("reason",))
_CODES: Final = Columns(("code", "reason", "credited"))
_LONGEST_CODE: Final = 20
_LONGEST_REASON: Final = 220
WITHDRAWN: Final = "withdrawn"
"""The code that takes an absence noted before back."""


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """One row: why the student of a number was absent on a day; no reason takes a note back."""

    where: Where
    student: str
    on: date
    reason: AbsenceReason | None
    says: str


def read_absences(
    file: str, data: bytes, codes: Mapping[str, AbsenceCode], problems: list[Problem]
) -> list[AbsenceRow]:
    """Return the absences of a file.

    A code is a reason by its own name, one of `codes`, or "withdrawn". Whatever else, and a second
    row for a student and date, is a problem.
    """
    absences: list[AbsenceRow] = []
    first: dict[tuple[str, date], Row] = {}
    for row in table.read(file, data, _ABSENCES, problems):
        student, on = row.needed("student", 40), row.needed_day("date")
        written = row.needed("code", _LONGEST_CODE)
        says = row.text("reason", _LONGEST_REASON)
        if on is None or not written:
            continue
        before = first.setdefault((student, on), row)
        if before is not row:
            row.problem(f"row {before.where.row} says why this student was absent that day", "date")
        if written.casefold() == WITHDRAWN:
            absences.append(AbsenceRow(row.where, student, on, None, says))
        elif written in codes:
            told = f"{says} (code {written})".strip()
            absences.append(AbsenceRow(row.where, student, on, codes[written].reason, told))
        elif reason := _reason(row, written, "code"):
            absences.append(AbsenceRow(row.where, student, on, reason, says))
    if not absences and not problems:
        problems.append(Problem(Where(file), "there is no absence in this file"))
    return absences


def read_codes(file: str, data: bytes, problems: list[Problem]) -> dict[str, AbsenceCode]:
    """Return a school's own codes: the reason each stands for, and whether it is set to give credit."""
    codes: dict[str, AbsenceCode] = {}
    for row in table.read(file, data, _CODES, problems):
        code, is_credited = row.needed("code", _LONGEST_CODE), row.truth("credited")
        reason = _reason(row, row.needed("reason"), "reason")
        if code in codes:
            row.problem("this code stands in the file already", "code")
        if reason and is_credited is not None:
            codes[code] = AbsenceCode(code, reason, is_credited)
    return codes


def _reason(row: Row, written: str, column: str) -> AbsenceReason | None:
    try:
        return AbsenceReason(written.casefold())
    except ValueError:
        if written:
            known = ", ".join(AbsenceReason)
            row.problem(f"{written!r} is no known code; write one of {known}, or give --codes", column)
        return None
