"""Take dated facts about students into the records: rows are only added, all or nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from django.db import transaction

from central.exchange import facts_csv
from central.exchange.facts_csv import FactRow
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, refuse
from central.store.models import AuditEvent, School, Staff, Student, StudentFact
from central.work import rights, years_in_step
from central.work.imported import remember
from central.work.tool_rights import Right, Tool, require

_AT_ONCE: Final = 500
Key = tuple[int, str, date]
"""A student's primary key, a kind of fact and its start: what the last row counts of."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the last row of a key says."""

    until: date | None
    value: str
    evidence: str
    is_withdrawn: bool


def import_facts(file: NamedFile, by: Staff, now: datetime) -> dict[str, int]:
    """Take in the facts of a CSV file and return what was added, by noun; the same file again adds nothing.

    A row about a student, fact and start that stand already is a correction: it is added and the
    older one stays. Raises RefusedError for somebody who may not keep facts, and InputError naming
    every problem found; nothing is written then.
    """
    require(by, Tool.ELIGIBILITY, Right.ADD)
    problems: list[Problem] = []
    rows = facts_csv.read_facts(file.name, file.data, problems)
    _refuse(problems)
    return take(rows, (file,), by, now, _refuse)


def take(
    rows: Sequence[FactRow],
    files: Sequence[NamedFile],
    by: Staff,
    now: datetime,
    refuse_with: Callable[[Sequence[Problem]], None],
) -> dict[str, int]:
    """Add facts found without fault in themselves and return what was added, by noun.

    `refuse_with` raises what names the problems they have with one another and with those that
    stand, if there are any; nothing is written then.
    """
    problems: list[Problem] = []
    with transaction.atomic():
        students = dict(Student.objects.filter(school=by.school).values_list("number", "pk"))
        wanted = _wanted(rows, students, problems)
        standing = _standing({key[0] for key in wanted})
        _require_stands(wanted, standing, problems)
        _require_apart(wanted, standing, problems)
        refuse_with(problems)
        new = {key: row for key, row in wanted.items() if standing.get(key) != _said(row)}
        StudentFact.objects.bulk_create(
            [_row(key, row, by, now) for key, row in new.items()], batch_size=_AT_ONCE
        )
        years_in_step.refresh_all(by.school, {student for student, _, _ in new})
        changes: Counter[str] = Counter(_nouns(new, standing))
        return remember("facts", files, changes, now, by.number)


def keep_facts_since(since: date, reason: str, by: Staff, now: datetime) -> bool:
    """Decide from which day on a day counts only with the facts that allow it; False where it was so.

    Raises RefusedError for somebody who may not decide that, and for no reason.
    """
    require(by, Tool.SETTINGS, Right.WRITE)
    kept = rights.reason(reason, "the day from which facts are kept")
    with transaction.atomic():
        school = School.objects.select_for_update().get(pk=by.school_id)
        before = school.facts_kept_since
        if before == since:
            return False
        school.facts_kept_since = since
        school.save(update_fields=["facts_kept_since"])
        detail = {"before": before and before.isoformat(), "after": since.isoformat(), "reason": kept}
        AuditEvent.objects.create(
            at=now, by=by.number, verb="keep-facts-since", subject=school.code, detail=detail
        )
        years_in_step.rebuild_all(school)
    return True


def _refuse(problems: Sequence[Problem]) -> None:
    refuse("the facts are not taken in; nothing was written:", problems)


def _wanted(
    rows: Iterable[FactRow], students: Mapping[str, int], problems: list[Problem]
) -> dict[Key, FactRow]:
    wanted: dict[Key, FactRow] = {}
    for row in rows:
        student = students.get(row.student)
        if student is None:
            text = "there is no student of this number; leading zeros count"
            problems.append(Problem(row.where, text, "student"))
        else:
            wanted[student, row.kind.value, row.since] = row
    return wanted


def _standing(students: Iterable[int]) -> dict[Key, Standing]:
    """Return what stands of some students, withdrawn facts too."""
    keys, found = sorted(students), {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = StudentFact.objects.filter(student__in=keys[start : start + _AT_ONCE]).order_by("pk")
        for row in rows:
            found[row.student_id, row.kind, row.since] = Standing(
                row.until, row.value, row.evidence, row.is_withdrawn
            )
    return found


def _require_stands(
    wanted: Mapping[Key, FactRow], standing: Mapping[Key, Standing], problems: list[Problem]
) -> None:
    for key, row in wanted.items():
        if row.is_withdrawn and key not in standing:
            text = "no such fact with this start stands, so it cannot be withdrawn"
            problems.append(Problem(row.where, text, "withdrawn"))


def _require_apart(
    wanted: Mapping[Key, FactRow], standing: Mapping[Key, Standing], problems: list[Problem]
) -> None:
    """Add a problem for each row whose days another fact of the same kind and student has too."""
    after = {key: said.until for key, said in standing.items() if not said.is_withdrawn}
    for key, row in wanted.items():
        after.pop(key, None)
        if not row.is_withdrawn:
            after[key] = row.until
    touched = {key[:2] for key in wanted}
    by_fact: dict[tuple[int, str], list[Key]] = defaultdict(list)
    for key in sorted(after):
        if key[:2] in touched:
            by_fact[key[:2]].append(key)
    for keys in by_fact.values():
        for one, other in pairwise(keys):
            until = after[one]
            if until is None or other[2] <= until:
                problems.append(_overlap(one, other, until, wanted))


def _overlap(one: Key, other: Key, until: date | None, wanted: Mapping[Key, FactRow]) -> Problem:
    """Tell at the later row of the file, or at the earlier one where the later stood before."""
    row, rival = (wanted[other], one) if other in wanted else (wanted[one], other)
    ends = f"until {until}" if until else "without an end"
    which = f"{rival[2]} {ends}" if rival == one else f"{rival[2]}"
    text = f"these days overlap this fact from {which}; give the earlier one its last day, or withdraw it"
    return Problem(row.where, text, "since")


def _said(row: FactRow) -> Standing:
    return Standing(row.until, row.value, row.evidence, row.is_withdrawn)


def _row(key: Key, row: FactRow, by: Staff, now: datetime) -> StudentFact:
    return StudentFact(
        student_id=key[0],
        kind=key[1],
        since=row.since,
        until=row.until,
        value=row.value,
        is_withdrawn=row.is_withdrawn,
        evidence=row.evidence,
        by=by.number,
        at=now,
    )


def _nouns(new: Mapping[Key, FactRow], standing: Mapping[Key, Standing]) -> Sequence[str]:
    def noun(key: Key, row: FactRow) -> str:
        if row.is_withdrawn:
            return "facts withdrawn"
        return "facts corrected" if key in standing else "facts added"

    return [noun(key, row) for key, row in new.items()]
