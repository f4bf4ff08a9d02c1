"""Published: the queue of what does not explain itself, and settling a line of it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from central.errors import RefusedError
from central.store.models import ExceptionStep, School, Staff
from central.work.exception_cards import card_lines
from central.work.exception_kinds import ExceptionKind, ExceptionLine
from central.work.exception_records import record_lines
from central.work.exception_taps import tap_lines
from central.work.local_days import local_date
from central.work.rights import reason
from central.work.tool_rights import Right, Tool, require

DAYS: Final = 14
"""How far back the queue looks, unless somebody asks for more."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What concerns a teacher: the own students by key, and the names of the own classes and rooms."""

    students: Collection[int]
    places: Collection[str]

    def concerns(self, line: ExceptionLine) -> bool:
        """Tell whether a line is about nobody but the own students, or about an own class or room."""
        if line.students:
            return all(student.pk in self.students for student in line.students)
        return line.figures.get("room") in self.places


@dataclass(frozen=True, slots=True)
class Queue:
    """Every line of some days, those nobody settled first, and how many of each kind are open."""

    lines: Sequence[ExceptionLine]
    open_by_kind: Mapping[ExceptionKind, int]

    def of(self, kind: ExceptionKind | None, *, settled: bool = False) -> list[ExceptionLine]:
        """Return the open lines of a kind, or the settled ones; None is every kind."""
        return [line for line in self.lines if line.is_open != settled and kind in {None, line.kind}]


def queue(school: School, now: datetime, since: date | None = None, mine: Mine | None = None) -> Queue:
    """Return the queue up to today; a settled line is open again as soon as its facts change.

    With `mine` nothing is in it but what concerns one teacher.
    """
    until = local_date(school, now)
    begin = since or until - timedelta(days=DAYS - 1)
    steps = _steps(school)
    found = [
        *tap_lines(school, begin, until),
        *card_lines(school, begin, until),
        *record_lines(school, begin, until, now),
    ]
    lines = [
        replace(line, step=steps.get((line.kind, line.key)))
        for line in found
        if mine is None or mine.concerns(line)
    ]
    order = list(ExceptionKind)
    lines.sort(key=lambda line: (not line.is_open, -line.on.toordinal(), order.index(line.kind), line.key))
    return Queue(lines, Counter(line.kind for line in lines if line.is_open))


def settle(line: ExceptionLine, by: Staff, why: str, now: datetime, *, is_settled: bool = True) -> None:
    """Settle a line with a reason, or open it again.

    Raises RefusedError without the right or reason, and for a line its own page settles.
    """
    require(by, Tool.EXCEPTIONS, Right.WRITE)
    if line.meaning.settles_itself:
        msg = "that line goes once its own page has settled it; follow its link"
        raise RefusedError(msg)
    ExceptionStep.objects.create(
        school=by.school,
        kind=line.kind,
        key=line.key,
        is_settled=is_settled,
        by=by,
        at=now,
        reason=reason(why, "settling an exception"),
    )


def _steps(school: School) -> dict[tuple[str, str], ExceptionStep]:
    rows = ExceptionStep.objects.filter(school=school).select_related("by").order_by("pk")
    return {(row.kind, row.key): row for row in rows}
