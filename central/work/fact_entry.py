"""Published: keep one fact about a student that a person typed, correct it, or withdraw it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from central.domain.student import FactKind
from central.exchange import facts_csv
from central.exchange.facts_csv import FactRow
from central.exchange.problem import Problem, Where
from central.store.models import Staff, Student, StudentFact
from central.work.facts import take
from central.work.recovery_faults import MOST_CHARS, Fault, FaultsError
from central.work.tool_rights import Right, Tool, require

_NOTHING: Final = "the fact is not kept; nothing was written:"
_FIELDS: Final[Mapping[str, str]] = {"student": "", "fact": "", "withdrawn": ""}


@dataclass(frozen=True, slots=True)
class FactWish:
    """What a fact is to say."""

    kind: FactKind
    since: date
    until: date | None
    value: str
    evidence: str


def keep_fact(student: Student, wish: FactWish, by: Staff, now: datetime) -> dict[str, int]:
    """Keep a fact; one of this kind and start that stands is corrected by a row of its own.

    Raises RefusedError without the right, FaultsError naming each fault with its field.
    """
    is_new = not StudentFact.objects.filter(student=student, kind=wish.kind.value, since=wish.since).exists()
    require(by, Tool.ELIGIBILITY, Right.ADD if is_new else Right.WRITE)
    return _take(student, wish, by, now, is_withdrawn=False)


def withdraw_fact(fact: StudentFact, why: str, by: Staff, now: datetime) -> dict[str, int]:
    """Say that a fact was never true, and why; it stays on file as withdrawn.

    Raises RefusedError without the right, FaultsError without a reason.
    """
    require(by, Tool.ELIGIBILITY, Right.WRITE)
    wish = FactWish(FactKind(fact.kind), fact.since, fact.until, fact.value, why)
    return _take(fact.student, wish, by, now, is_withdrawn=True)


def _take(
    student: Student, wish: FactWish, by: Staff, now: datetime, *, is_withdrawn: bool
) -> dict[str, int]:
    wish = replace(wish, value=wish.value.strip(), evidence=" ".join(wish.evidence.split()))
    where = Where("this fact")
    row = FactRow(
        where, student.number, wish.kind, wish.since, wish.until, wish.value, wish.evidence, is_withdrawn
    )
    problems = [Problem(where, text, column) for text, column in facts_csv.faults(row)]
    problems += [Problem(where, text, "evidence") for text in _evidence_faults(wish, withdraws=is_withdrawn)]
    _refuse(problems)
    return take([row], (), by, now, _refuse)


def _evidence_faults(wish: FactWish, *, withdraws: bool) -> list[str]:
    if not wish.evidence:
        return ["say why" if withdraws else "say which proof was seen and where it is kept"]
    if len(wish.evidence) > MOST_CHARS:
        return [f"{len(wish.evidence)} characters are more than the {MOST_CHARS} there is room for"]
    return []


def _refuse(problems: Sequence[Problem]) -> None:
    faults = [Fault(_FIELDS.get(problem.column, problem.column), problem.text) for problem in problems]
    if faults:
        raise FaultsError(_NOTHING, faults)
