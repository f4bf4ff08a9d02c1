"""Published: take a batch of paper back: what it made is removed by further steps, nothing is deleted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from central.errors import RefusedError
from central.store.models import AttendanceRecord, PaperBatch, PaperLine, PaperWithdrawal, Staff, Tap
from central.store.rewrite import rewrite
from central.work.provisional import is_open
from central.work.record_moves import move, person
from central.work.rights import reason
from central.work.signed_days import refresh_signed
from central.work.steps import UNDO, in_force
from central.work.tool_rights import Right, Tool, require

_Stage, _Outcome = AttendanceRecord.Stage, PaperLine.Outcome
SIGNED: Final = "certified: its teacher corrects it and signs again"
DECIDED: Final = "it was changed since, by somebody or by taps"
SUPPORTED: Final = "taps or another sheet say it too"
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Left:
    """A record a withdrawn batch had made that stays, and why."""

    record: int
    why: str


def withdraw(batch: PaperBatch, by: Staff, why: str, now: datetime) -> PaperWithdrawal:
    """Take a batch back and return what was removed and what stays; history keeps all of it.

    A record that is certified, that somebody decided on, or that something else supports stays and is
    listed; a certified one keeps its line as well. Raises RefusedError for somebody who may not, without
    a reason, and for a batch that was withdrawn before.
    """
    require(by, Tool.PAPER, Right.DELETE)
    kept = reason(why, "withdrawing paper")
    if batch.school_id != by.school_id:
        msg = f"employee {by.number} belongs to another school than batch {batch.pk}"
        raise RefusedError(msg)
    with transaction.atomic():
        if PaperWithdrawal.objects.filter(batch=batch).exists():
            msg = f"batch {batch.pk} was withdrawn before; nothing changed"
            raise RefusedError(msg)
        lines = list(_lines(batch))
        left = _left(lines)
        removed = _remove([line for line in lines if line.record_id not in left], by, kept, now)
        gone = [line for line in lines if left.get(line.record_id) != SIGNED]
        for line in gone:
            line.outcome = _Outcome.WITHDRAWN
        rewrite(gone, ["outcome"])
        refresh_signed(line.record for line in gone)
        return PaperWithdrawal.objects.create(
            batch=batch,
            by=by,
            at=now,
            reason=kept,
            removed=removed,
            left=[{"record": record, "why": told} for record, told in sorted(left.items())],
        )


def left_of(withdrawal: PaperWithdrawal) -> list[Left]:
    """Return the records that stayed though their batch was withdrawn."""
    return [Left(int(each["record"]), str(each["why"])) for each in withdrawal.left]


def _lines(batch: PaperBatch) -> Iterable[PaperLine]:
    rows = PaperLine.objects.filter(sheet__batch=batch).select_related("record")
    return rows.prefetch_related("record__decisions").order_by("pk")


def _left(lines: Collection[PaperLine]) -> dict[int, str]:
    """Return why a record stays that a line made or stands beside, by its key."""
    records = {line.record_id: line.record for line in lines}
    supported = _supported(lines, list(records))
    found = {}
    for key, record in records.items():
        if record.source != AttendanceRecord.Source.PAPER:
            # It was there before the paper, which only stood beside it.
            found[key] = SUPPORTED
        elif record.stage not in {_Stage.PROVISIONAL, _Stage.REMOVED}:
            found[key] = SIGNED
        elif not is_open(record) or len(in_force(record.decisions.all())) > 1:
            found[key] = DECIDED
        elif record.stage == _Stage.REMOVED or key in supported:
            found[key] = SUPPORTED
    return found


def _supported(lines: Collection[PaperLine], records: list[int]) -> set[int]:
    own = {line.pk for line in lines}
    found: set[int] = set()
    for start in range(0, len(records), _AT_ONCE):
        some = records[start : start + _AT_ONCE]
        found |= set(Tap.objects.filter(record__in=some).values_list("record_id", flat=True))
        others = PaperLine.objects.filter(record__in=some).values_list("pk", "record_id")
        found |= {record for line, record in others if line not in own}
    return found


def _remove(lines: Collection[PaperLine], by: Staff, why: str, now: datetime) -> int:
    author = person(by, now, UNDO)
    records = {line.record_id: line.record for line in lines}
    for record in records.values():
        # The import's step alone is in force: taking it back leaves the record as if it had never been.
        move(record, _Stage.REMOVED, record.mark, author, why).save()
    rewrite(list(records.values()), ["stage"])
    return len(records)
