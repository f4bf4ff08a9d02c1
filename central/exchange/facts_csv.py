"""Published: dated facts about students as CSV: student, fact, since, until, value, evidence, withdrawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from central.domain.private_fact import values_of, words_for
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
    value = row.text("value", _LONGEST_VALUE)
    fact = FactRow(row.where, student, kind, since, until, value, evidence, is_withdrawn)
    for text, column in faults(fact):
        row.problem(text, column)
    return fact


def faults(fact: FactRow) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one fact in itself, wherever it came from, and in which column."""
    if fact.until is not None and fact.until < fact.since:
        yield f"the fact ends ({fact.until}) before it begins ({fact.since})", "until"
    elif fact.until is not None and fact.kind is FactKind.DIPLOMA:
        yield "a diploma does not end; leave this cell empty", "until"
    if fact.kind is FactKind.PRIOR_RECOVERY_DAYS:
        is_number = fact.value.isascii() and fact.value.isdigit()
        if not is_number or int(fact.value) > _MOST_RECOVERY_DAYS:
            yield f"{fact.value!r} is no number of days from 0 to {_MOST_RECOVERY_DAYS}", "value"
    yield from _too_much(fact)


def _too_much(fact: FactRow) -> Iterator[tuple[str, str]]:
    """Yield where a private fact is told in somebody's own words; what was written is not repeated."""
    words, values = words_for(fact.kind, withdraws=fact.is_withdrawn), values_of(fact.kind)
    if words and fact.evidence and fact.evidence not in words:
        yield f"of a fact of this kind only these words are kept: {'; '.join(words)}", "evidence"
    if values and fact.value not in values:
        allowed = " or ".join(value for value in values if value)
        yield f"a fact of this kind has {allowed or 'nothing'} here; write no more of it", "value"


def _kind(row: Row) -> FactKind | None:
    written = " ".join(row.needed("fact").casefold().replace("_", " ").replace("-", " ").split())
    try:
        return FactKind(written)
    except ValueError:
        if written:
            row.problem(f"{written!r} is no fact; write one of {', '.join(FactKind)}", "fact")
        return None
