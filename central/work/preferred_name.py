"""Keep how a student is addressed, apart from the legal name the registers print."""

from datetime import datetime

from django.db import transaction

from central.errors import RefusedError
from central.store.models import AuditEvent, Staff, Student
from central.work.tool_rights import Right, Tool, require

_LONGEST = 120


def prefer(student: Student, name: str, by: Staff, now: datetime) -> None:
    """Keep a preferred name, or none; that it changed is on record, what it was is not.

    Raises RefusedError.
    """
    require(by, Tool.STUDENTS, Right.WRITE)
    kept = " ".join(name.split())
    if len(kept) > _LONGEST:
        msg = f"the name is {len(kept)} characters long; say it in {_LONGEST}"
        raise RefusedError(msg)
    if kept == student.preferred_name:
        return
    with transaction.atomic():
        student.preferred_name = kept
        student.save(update_fields=["preferred_name"])
        AuditEvent.objects.create(
            at=now,
            by=by.number,
            verb="prefer-name",
            subject=f"student {student.number}",
            detail={"is_given": bool(kept)},
        )
