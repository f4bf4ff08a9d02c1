"""Published: which lines on paper wait for a person, and which a teacher's signature must stand for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from django.db.models import OuterRef, QuerySet, Subquery

from central.domain.adjudication import Verdict, Why
from central.errors import RefusedError
from central.store.models import (
    AttendanceRecord,
    Decision,
    PaperLine,
    PaperRuling,
    School,
    SchoolYear,
    Section,
)
from central.work.steps import in_force

_Stage = AttendanceRecord.Stage


@dataclass(frozen=True, slots=True)
class Undecided:
    """One record with the lines on paper that wait for a person, each with how it is judged."""

    record: AttendanceRecord
    rulings: tuple[PaperRuling, ...]

    @property
    def why(self) -> Why:
        """What it rests on, in words."""
        return Why[self.rulings[0].why]

    @property
    def is_conflict(self) -> bool:
        """Tell whether evidence disagrees, so that its teacher alone decides."""
        return any(each.verdict == Verdict.CONFLICTS for each in self.rulings)


@dataclass(frozen=True, slots=True)
class StandIn:
    """A sheet that stands in for taps, by its number, and why taps were missing."""

    sheet: str
    why: Why

    def __str__(self) -> str:
        """Say it in English, for the history."""
        return f"paper sheet {self.sheet}: {self.why}"


def undecided(section: Section, on: date) -> list[Undecided]:
    """Return what waits for a person in one class on one day, in the order of a register."""
    if not _is_any(record__section=section, record__on=on):
        return []
    return _waiting(_last().filter(line__record__section=section, line__record__on=on))


def undecided_of(school: School, since: date, until: date, before: datetime | None = None) -> list[Undecided]:
    """Return what waits for a person in a school from one date to another, both included.

    With `before`, only what was known, and not decided, before that instant.
    """
    rows = _last(before).filter(line__record__school=school, line__record__on__range=(since, until))
    return _waiting(rows, before)


def contradicted(
    year: SchoolYear, before: datetime | None = None, students: Collection[int] | None = None
) -> list[AttendanceRecord]:
    """Return the records of a year that paper calls absent while nobody has decided which is right.

    `students` are primary keys, None is everybody; `before` as in `undecided_of`.
    """
    whose: dict[str, object] = {} if students is None else {"record__student__in": students}
    if not _is_any(record__section__school_year=year, **whose):
        return []
    rows = _last(before).filter(
        verdict=Verdict.CONFLICTS,
        line__mark=AttendanceRecord.Mark.ABSENT,
        line__record__section__school_year=year,
    )
    if students is not None:
        rows = rows.filter(line__record__student__in=students)
    return [each.record for each in _waiting(rows, before)]


def require_decided(section: Section, on: date, records: Collection[int] = ()) -> None:
    """Raise RefusedError where paper of a class waits for a decision; `records` are decided right now."""
    waiting = [each for each in undecided(section, on) if each.record.pk not in records]
    if waiting:
        lines = "1 line on paper waits" if len(waiting) == 1 else f"{len(waiting)} lines on paper wait"
        msg = (
            f"{lines} for a decision in section {section.code} on {on}: what it says differs from other "
            "evidence, or nothing was out; decide each with a reason, then sign"
        )
        raise RefusedError(msg)


def paper_of_outages(section: Section, on: date) -> dict[int, StandIn]:
    """Return by record, where paper alone stands behind it because taps were missing, which sheet and why.

    A teacher's signature is what such a record needs (R-REC-03), and all that makes it count.
    """
    if not _is_any(record__section=section, record__on=on):
        return {}
    rows = newest().filter(line__record__section=section, line__record__on=on, choice="")
    rows = rows.filter(verdict=Verdict.RECORD_FALLBACK).exclude(line__outcome=PaperLine.Outcome.WITHDRAWN)
    return {
        row.line.record_id: StandIn(row.line.sheet.sheet, Why[row.why])
        for row in rows.select_related("line__sheet").order_by("-line_id")
    }


def _is_any(**asked: object) -> bool:
    """Tell whether there is any paper: mostly there is none, and its rulings cost far more to ask for."""
    return PaperLine.objects.filter(**asked).exists()


def _last(before: datetime | None = None) -> QuerySet[PaperRuling]:
    """Return the last ruling on each line that is not withdrawn, where it waits for a person."""
    rows = (
        newest(before).filter(needs_person=True, choice="").exclude(line__outcome=PaperLine.Outcome.WITHDRAWN)
    )
    return rows.select_related("line__sheet", "line__record__student", "line__record__section")


def newest(before: datetime | None = None) -> QuerySet[PaperRuling]:
    """Return the last ruling on each line; with `before`, the last one before that instant."""
    of_line = PaperRuling.objects.filter(line=OuterRef("line"))
    if before is not None:
        of_line = of_line.filter(at__lt=before)
    return PaperRuling.objects.filter(pk=Subquery(of_line.order_by("-pk").values("pk")[:1]))


def _waiting(rows: QuerySet[PaperRuling], before: datetime | None = None) -> list[Undecided]:
    by_record: dict[int, list[PaperRuling]] = defaultdict(list)
    names = ("family_name", "given_name", "number")
    order = [f"line__record__student__{name}" for name in names]
    for row in rows.order_by("line__record__on", *order, "line_id"):
        by_record[row.line.record_id].append(row)
    steps: dict[int, list[Decision]] = defaultdict(list)
    known = Decision.objects.filter(record__in=by_record)
    for step in known.filter(at__lt=before) if before else known:
        steps[step.record_id].append(step)
    return [
        Undecided(found[0].line.record, tuple(found))
        for key, found in by_record.items()
        if not _is_decided(steps[key], found)
    ]


def _is_decided(steps: Iterable[Decision], rulings: Sequence[PaperRuling]) -> bool:
    """Tell whether a person has changed the record since the lines were judged; sending it is no change."""
    judged_at = max(row.at for row in rulings)
    standing = in_force(steps)
    return any(
        step.by_id is not None and step.at > judged_at and _says(step) != _says(earlier)
        for earlier, step in pairwise(standing)
    )


def _says(step: Decision) -> tuple[bool, str]:
    return step.stage_to == _Stage.REMOVED, step.mark
