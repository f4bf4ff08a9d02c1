"""Published: a school's own audit: draw records by a seed, and say of each whether it is right."""

import random
from dataclasses import dataclass
from datetime import date, datetime

from central.errors import RefusedError
from central.store.models import AttendanceRecord, AuditSample, AuditSampleCheck, Staff
from central.work.rights import reason
from central.work.tool_rights import Right, Tool, require

_Stage = AttendanceRecord.Stage
_COUNTING = (_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Draw:
    """What is drawn: how many records of which days, by which seed."""

    since: date
    until: date
    size: int
    seed: int


def draw(wish: Draw, by: Staff, now: datetime) -> AuditSample:
    """Draw certified records of some days; the same seed over the same records draws them again.

    Raises RefusedError for somebody who may not, and where nothing is certified.
    """
    require(by, Tool.SAMPLES, Right.ADD)
    kept = AttendanceRecord.objects.filter(
        school=by.school, on__range=(wish.since, wish.until), stage__in=_COUNTING
    )
    records = list(kept.order_by("pk").values_list("pk", flat=True))
    if not records or wish.size < 1:
        msg = f"no record of {wish.since} to {wish.until} is certified; choose other days"
        raise RefusedError(msg)
    # Chance anybody can repeat from the printed seed is what an audit sample is for.
    chosen = random.Random(wish.seed).sample(records, min(wish.size, len(records)))  # noqa: S311  no secret
    return AuditSample.objects.create(
        school=by.school,
        since=wish.since,
        until=wish.until,
        seed=wish.seed,
        records=chosen,
        by=by,
        at=now,
    )


def check(sample: AuditSample, record: int, by: Staff, says: str, now: datetime, *, is_right: bool) -> None:
    """Say of one record of a sample whether it is right; what is wrong needs words. The last word counts."""
    require(by, Tool.SAMPLES, Right.WRITE)
    if sample.school_id != by.school_id or record not in sample.records:
        msg = "that record is not in this sample"
        raise RefusedError(msg)
    words = " ".join(says.split())[:255] if is_right else reason(says, "a record found wrong")
    AuditSampleCheck.objects.create(
        sample=sample, record_id=record, is_right=is_right, by=by, at=now, says=words
    )


def result(sample: AuditSample) -> dict[int, AuditSampleCheck]:
    """Return the last word on each record checked, by the record's key."""
    rows = AuditSampleCheck.objects.filter(sample=sample).select_related("by").order_by("pk")
    return {row.record_id: row for row in rows}
