"""Confirm by reading back what the student information system holds, and reopen what it does not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from central.exchange import attendance_file
from central.exchange.attendance_file import Line, Template
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, refuse
from central.store.models import AttendanceRecord, AuditEvent, Decision, Delivery, Staff
from central.store.rewrite import rewrite
from central.work import record_moves
from central.work.delivery_judgement import GONE
from central.work.delivery_keys import newest
from central.work.record_moves import Actor, Author

_Stage, _Way = AttendanceRecord.Stage, Delivery.State
_SENT = {_Stage.SUBMITTED, _Stage.CONFIRMED}
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the other system does not say what was certified."""

    student_number: str
    on: date
    section: str
    ours: str
    theirs: str


@dataclass(slots=True)
class Confirmed:
    """What one reading back showed; `reopened` records must be submitted again."""

    confirmed: int = 0
    already: int = 0
    reopened: int = 0
    differences: list[Difference] = field(default_factory=list)


def confirm(file: NamedFile, template: Template, by: Staff, now: datetime) -> Confirmed:
    """Compare every record sent for the dates in a read-back file with what the file says.

    The same mark confirms a record (stage 3). Anything else is a difference and takes the record
    back to certified, so that it is sent again. Dates the file does not speak of are left alone.
    Raises InputError naming every row that cannot be read, and RefusedError.
    """
    author = record_moves.courier(Actor.READ_BACK, by, now)
    problems: list[Problem] = []
    lines = attendance_file.read(file, template, problems)
    refuse("nothing was confirmed:", problems)
    done = Confirmed()
    with transaction.atomic():
        _compare(lines, by, author, done)
        AuditEvent.objects.create(
            at=now,
            by=by.number,
            verb="confirm",
            subject=file.name,
            detail={"sha256": file.sha256, "confirmed": done.confirmed, "different": len(done.differences)},
        )
    return done


def _compare(lines: Sequence[Line], by: Staff, author: Author, done: Confirmed) -> None:
    theirs = {(line.student_number, line.on, line.section): line.mark for line in lines}
    days = {line.on for line in lines}
    records = (
        AttendanceRecord.objects.select_for_update()
        .filter(school=by.school, on__in=days)
        .exclude(stage=_Stage.PROVISIONAL)
        .select_related("student", "section")
        .prefetch_related("deliveries")
        .order_by("on", "section__code", "student__number")
    )
    steps = _Steps(author)
    for record in records:
        key = (record.student.number, record.on, record.section.code)
        answer = theirs.pop(key, None)
        ours = "removed" if record.stage == _Stage.REMOVED else record.mark
        is_sent = record.stage in _SENT
        if is_sent and answer == ours:
            done.already += record.stage == _Stage.CONFIRMED
            done.confirmed += steps.confirm(record)
        elif is_sent or answer not in {None, ours}:
            # A removed record that is gone there too is as it should be.
            done.differences.append(Difference(*key, ours, answer or "missing"))
            done.reopened += steps.note(record, answer or "missing")
    # What is left the other system has from somebody else.
    done.differences += [Difference(*key, "no record", mark) for key, mark in sorted(theirs.items())]
    steps.write()


class _Steps:
    """Collects what a comparison changes and writes it at once."""

    def __init__(self, author: Author) -> None:
        self._author = author
        self._records: list[AttendanceRecord] = []
        self._decisions: list[Decision] = []
        self._deliveries: list[Delivery] = []

    def confirm(self, record: AttendanceRecord) -> bool:
        """Move a submitted record to stage 3; one confirmed before stays as it is."""
        if record.stage == _Stage.CONFIRMED:
            return False
        delivery = newest(record)
        if delivery is not None:
            delivery.confirmed_at = delivery.read_at = self._author.at
            delivery.state, delivery.seen, delivery.difference = _Way.CONFIRMED, record.mark, ""
            self._deliveries.append(delivery)
        self._move(record, _Stage.CONFIRMED, "")
        return True

    def note(self, record: AttendanceRecord, answer: str) -> bool:
        """Keep what the other system says instead, and reopen a record that was sent."""
        delivery = newest(record)
        if delivery is not None:
            delivery.state, delivery.difference = _Way.REOPENED, f"read back as {answer}"
            delivery.seen, delivery.read_at = GONE if answer == "missing" else answer, self._author.at
            self._deliveries.append(delivery)
        if record.stage not in _SENT:
            return False
        self._move(record, _Stage.CERTIFIED, f"read back as {answer}")
        return True

    def write(self) -> None:
        """Keep everything collected."""
        rewrite(self._records, ["stage"])
        rewrite(self._deliveries, ["confirmed_at", "difference", "state", "seen", "read_at"])
        Decision.objects.bulk_create(self._decisions, batch_size=_AT_ONCE)

    def _move(self, record: AttendanceRecord, stage: str, reason: str) -> None:
        self._decisions.append(record_moves.move(record, stage, record.mark, self._author, reason))
        self._records.append(record)
