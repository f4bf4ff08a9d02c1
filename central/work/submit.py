"""Submit certified records to the student information system, each revision once."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from central.errors import RefusedError
from central.exchange import attendance_file
from central.exchange.attendance_file import Line, Template
from central.store.models import AttendanceRecord, AuditEvent, Decision, Delivery, Section, Staff
from central.store.rewrite import rewrite
from central.work import record_moves
from central.work.delivery_keys import current, key, with_revision
from central.work.record_moves import Actor, Author

_Stage = AttendanceRecord.Stage
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be submitted: the days `since` to `until`, of one section or of all."""

    since: date
    until: date
    section: Section | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was written; with nothing new there is no file."""

    records: int
    sha256: str = ""


def submit(wish: Wish, target: Path, template: Template, by: Staff, now: datetime) -> Submitted:
    """Write what is certified and not yet sent into a new file, and move it to stage 2.

    Only certificated staff may submit; uncertified records never leave. File and records go
    together: the file is on the disk before the records say so, and a run that is cut off may be
    repeated. Raises RefusedError, also for a file that exists.
    """
    author = record_moves.courier(Actor.SUBMISSION, by, now)
    if target.exists():
        msg = f"{target} exists and is left as it is; name another file"
        raise RefusedError(msg)
    with transaction.atomic():
        records = list(_waiting(wish, by))
        if not records:
            return Submitted(0)
        data = attendance_file.write([_line(record, by) for record in records], template)
        digest = hashlib.sha256(data).hexdigest()
        _move(records, digest, author)
        subject = f"{target.name}: {len(records)} records, {wish.since} to {wish.until}"[:200]
        AuditEvent.objects.create(
            at=now, by=by.number, verb="submit", subject=subject, detail={"sha256": digest}
        )
        _write_new(target, data)
    return Submitted(len(records), digest)


def _waiting(wish: Wish, by: Staff) -> "QuerySet[AttendanceRecord]":
    records = AttendanceRecord.objects.filter(
        school=by.school, stage=_Stage.CERTIFIED, on__range=(wish.since, wish.until)
    )
    if wish.section:
        records = records.filter(section=wish.section)
    # What was begun over the network may have arrived; a file would make a second row of it.
    begun = Delivery.objects.filter(state__in=(Delivery.State.ASKED, Delivery.State.UNKNOWN))
    ordered = records.exclude(pk__in=begun.values("record")).order_by(
        "on", "section__code", "student__number"
    )
    rows = ordered.select_related("student", "section", "school").prefetch_related("deliveries")
    return with_revision(rows)


def _line(record: AttendanceRecord, by: Staff) -> Line:
    return Line(
        student_number=record.student.number,
        on=record.on,
        section=record.section.code,
        mark="absent" if record.mark == AttendanceRecord.Mark.ABSENT else "present",
        is_tardy=record.is_tardy,
        school=record.school.code,
        period=record.section.periods,
        minutes=record.minutes_in_seat,
        comment="PRACTICE, never to be claimed" if by.school.is_practice else "",
    )


def _move(records: Sequence[AttendanceRecord], digest: str, author: Author) -> None:
    decisions = [record_moves.move(record, _Stage.SUBMITTED, record.mark, author) for record in records]
    made: list[Delivery] = []
    changed: list[Delivery] = []
    for record in records:
        delivery = current(record)
        (made if delivery is None else changed).append(_filled(delivery, record, digest, author))
    rewrite(records, ["stage"])
    Decision.objects.bulk_create(decisions, batch_size=_AT_ONCE)
    # The key is unique: a record is sent once in each of its revisions, whoever else submits.
    Delivery.objects.bulk_create(made, batch_size=_AT_ONCE)
    rewrite(changed, _FIELDS)


_FIELDS = ["mark", "file_sha256", "sent_by", "sent_at", "state", "channel", "value", "difference", "attempts"]


def _filled(delivery: Delivery | None, record: AttendanceRecord, digest: str, author: Author) -> Delivery:
    """Return the delivery of a record's revision as it goes out in a file."""
    assert author.by is not None  # noqa: S101  a courier is always somebody
    row = delivery or Delivery(record=record, key=key(record))
    row.mark = row.value = record.mark
    row.state, row.channel, row.difference = Delivery.State.SENT, Delivery.Channel.FILE, ""
    row.file_sha256, row.sent_by, row.sent_at = digest, author.by, author.at
    row.attempts += 1
    return row


def _write_new(target: Path, data: bytes) -> None:
    """Put a whole file in place under a name that must be free, durably."""
    part = target.with_name(f".{target.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, target)
    except OSError as error:
        msg = f"{target} cannot be written ({error.strerror}); nothing was submitted"
        raise RefusedError(msg) from error
    finally:
        part.unlink(missing_ok=True)
