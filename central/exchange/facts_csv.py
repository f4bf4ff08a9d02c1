"""Published: dated facts about students as CSV: student, fact, since, until, value, evidence, withdrawn."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.student import FactKind
from central.exchange import table
from central.exchange.problem import Problem, Where
from central.exchange.table import Columns, Row

_COLUMNS: Final = Columns(("student", "fact", "since", "evidence"), ("until", "value", "withdrawn"))
_LONGEST_VALUE: Final = 60
_MOST_RECOVERY_DAYS: Final = 10


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row: a fact about the student of a number, or that such a fact no longer stands."""

    where: Where
    student: str
    kind: FactKind
    since: date
    until: date | None
    value: str
    evidence: str
    is_withdrawn: bool


def read_facts(file: str, data: bytes, problems: list[Problem]) -> list[FactRow]:
    """Return the facts of a file; what contradicts itself is a problem, told without the student's number."""
    facts: list[FactRow] = []
    first: dict[tuple[str, FactKind, date], Row] = {}
    for row in table.read(file, data, _COLUMNS, problems):
        fact = _fact(row)
        if fact is None:
            continue
        before = first.setdefault((fact.student, fact.kind, fact.since), row)
        if before is not row:
            row.problem(f"row {before.where.row} says this fact of this student and start already", "fact")
        facts.append(fact)
    if not facts and not problems:
        problems.append(Problem(Where(file), "there is no fact in this file"))
    return facts


def _fact(row: Row) -> FactRow | None:
    student, evidence = row.needed("student", 40), row.needed("evidence")
    kind, since, until = _kind(row), row.needed_day("since"), row.day("until")
    is_withdrawn = row.truth("withdrawn") if row.text("withdrawn") else False
    if kind is None or since is None or is_withdrawn is None:
        return None
    if until is not None and until < since:
        row.problem(f"the fact ends ({until}) before it begins ({since})", "until")
        return None
    if until is not None and kind is FactKind.DIPLOMA:
        row.problem("a diploma does not end; leave this cell empty", "until")
    return FactRow(row.where, student, kind, since, until, _value(row, kind), evidence, is_withdrawn)


def _kind(row: Row) -> FactKind | None:
    written = " ".join(row.needed("fact").casefold().replace("_", " ").replace("-", " ").split())
    try:
        return FactKind(written)
    except ValueError:
        if written:
            row.problem(f"{written!r} is no fact; write one of {', '.join(FactKind)}", "fact")
        return None


def _value(row: Row, kind: FactKind) -> str:
    value = row.text("value", _LONGEST_VALUE)
    if kind is FactKind.PRIOR_RECOVERY_DAYS:
        is_number = value.isascii() and value.isdigit()
        if not is_number or int(value) > _MOST_RECOVERY_DAYS:
            row.problem(f"{value!r} is no number of days from 0 to {_MOST_RECOVERY_DAYS}", "value")
    return value
