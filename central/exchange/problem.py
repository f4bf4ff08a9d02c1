"""What is wrong with a file somebody handed in, and exactly where."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.errors import InputError


@dataclass(frozen=True, slots=True)
class Where:
    """A row of a file, counted as a spreadsheet does: the header is row 1."""

    file: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing a person must correct before anything is written; never a person's name."""

    where: Where
    text: str
    column: str = ""

    def __str__(self) -> str:
        """Show file, row and column first, as far as they are known."""
        row = "" if self.where.row is None else f" row {self.where.row}"
        column = f" column {self.column}" if self.column else ""
        return f"{self.where.file}{row}{column}: {self.text}"


class ProblemsError(InputError):
    """Refuse an input, keeping each problem with the column it is in."""

    def __init__(self, what: str, found: Sequence[Problem]) -> None:
        """Keep the problems: a page shows each beside its field."""
        self.found = tuple(found)
        super().__init__(what, [str(problem) for problem in found])


def refuse(what: str, problems: Sequence[Problem]) -> None:
    """Raise ProblemsError naming every problem, if there is one, in the order of the file."""
    if problems:
        ordered = sorted(problems, key=lambda problem: (problem.where.file, problem.where.row or 0))
        raise ProblemsError(what, ordered)
