"""Published: keep students' recovery records: add, change, delete, and list them newest first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from central.domain.calendar import SchoolYear
from central.errors import RefusedError
from central.store.models import Enrollment, RecoveryRecord, Student
from central.work.recovery_act import Act, Members, district
from central.work.recovery_faults import (
    Dates,
    Fault,
    FaultsError,
    RecordWish,
    record_faults,
    services_outside,
)
from central.work.tool_rights import Right, Tool, require


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become different about a record; None leaves it. `reopens` takes the end away."""

    since: date | None = None
    until: date | None = None
    comment: str | None = None
    reopens: bool = False


def add(student: Student, wish: RecordWish, act: Act) -> RecoveryRecord:
    """Keep a new record; raises RefusedError without the right, InputError naming every fault."""
    require(act.by, Tool.RECORDS, Right.ADD)
    wish = replace(wish, comment=wish.comment.strip())
    with transaction.atomic():
        hold(student)
        refuse("the recovery record is not added", record_faults(wish, others(student), enrolled(student)))
        return create(student, wish, act)


def create(student: Student, wish: RecordWish, act: Act) -> RecoveryRecord:
    """Write a record found without fault, inside a transaction that holds its student."""
    record = RecoveryRecord.objects.create(
        student=student,
        since=wish.dates.since,
        until=wish.dates.until,
        comment=wish.comment,
        created_by=district(student.school),
        created_at=act.at,
        modified_by=act.by,
        modified_at=act.at,
    )
    act.note("add-recovery-record", f"recovery record {record.pk}", None, members(record))
    return record


def edit(record: RecoveryRecord, wanted: Edit, act: Act) -> RecoveryRecord:
    """Change a record, with the reason; its services must still lie inside it.

    Raises RefusedError without right or reason, InputError naming every fault.
    """
    require(act.by, Tool.RECORDS, Right.WRITE)
    act.because("changing a recovery record")
    with transaction.atomic():
        hold(record.student)
        record.refresh_from_db()
        until = None if wanted.reopens else wanted.until or record.until
        dates = Dates(wanted.since or record.since, until)
        comment = record.comment if wanted.comment is None else wanted.comment.strip()
        wish = RecordWish(dates, comment)
        student = record.student
        faults = list(record_faults(wish, others(student, but=record.pk), enrolled(student)))
        spans = [Dates(*span) for span in record.services.values_list("since", "until")]
        faults += services_outside(spans, dates)
        refuse("the recovery record is not changed", faults)
        write(record, wish, act)
    return record


def write(record: RecoveryRecord, wish: RecordWish, act: Act) -> None:
    """Make a record say what was found without fault, inside a transaction that holds its student."""
    before = members(record)
    record.since, record.until, record.comment = wish.dates.since, wish.dates.until, wish.comment
    record.modified_by, record.modified_at = act.by, act.at
    record.save()
    act.note("edit-recovery-record", f"recovery record {record.pk}", before, members(record))


def delete(record: RecoveryRecord, act: Act) -> None:
    """Take a record out, with the reason; what it said stays in the audit log.

    Raises RefusedError without right or reason, and while services hang on the record.
    """
    require(act.by, Tool.RECORDS, Right.DELETE)
    act.because("deleting a recovery record")
    with transaction.atomic():
        hold(record.student)
        services = record.services.count()
        if services:
            msg = f"services on the recovery record of {record.since}: {services}; delete them first"
            raise RefusedError(msg)
        act.note("delete-recovery-record", f"recovery record {record.pk}", members(record), None)
        record.delete()


def listed(
    student: Student | None, since: date | None = None, until: date | None = None
) -> list[RecoveryRecord]:
    """Return records, newest first; `since` and `until` keep those that start and end in between.

    An open record ends after every day, so a filter by end leaves it out.
    """
    rows = RecoveryRecord.objects.select_related("student", "modified_by").order_by(
        "-since", "student__number"
    )
    if student is not None:
        rows = rows.filter(student=student)
    if since is not None:
        rows = rows.filter(since__gte=since)
    if until is not None:
        rows = rows.filter(until__lte=until)
    return list(rows)


def find(student: Student, since: date) -> RecoveryRecord:
    """Return a student's record by its start; raises RefusedError."""
    found = RecoveryRecord.objects.filter(student=student, since=since).first()
    if found is None:
        msg = f"the student has no recovery record that starts on {since}; recovery records lists them"
        raise RefusedError(msg)
    return found


def hold(student: Student) -> None:
    """Let nobody else change this student's recovery until the transaction ends."""
    Student.objects.select_for_update().get(pk=student.pk)


def others(student: Student, but: int = 0) -> list[Dates]:
    """Return the dates of a student's records, one left out."""
    rows = RecoveryRecord.objects.filter(student=student).exclude(pk=but).order_by("since")
    return [Dates(since, until) for since, until in rows.values_list("since", "until")]


def enrolled(student: Student) -> list[Dates]:
    """Return the dates a student was enrolled; an enrollment without an end lasts to its year's."""
    rows = Enrollment.objects.filter(student=student)
    return [
        Dates(since, until or SchoolYear(year).ends_on)
        for since, until, year in rows.values_list("since", "until", "track__school_year__name")
    ]


def members(record: RecoveryRecord) -> Members:
    """Return a record as its audit line shows it."""
    return {
        "student": record.student.number,
        "since": record.since.isoformat(),
        "until": record.until.isoformat() if record.until else None,
        "comment": record.comment,
    }


def refuse(what: str, faults: Iterable[Fault]) -> None:
    """Raise FaultsError naming every fault, if there is one."""
    found = list(faults)
    if found:
        what = f"{what}; nothing was written:"
        raise FaultsError(what, found)
