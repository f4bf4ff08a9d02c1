"""Take back what a person did to a record before anybody certified it."""

from datetime import date, datetime
from typing import Final

from django.db import transaction

from central.errors import RefusedError
from central.store.models import AttendanceRecord, Section, Staff
from central.work import record_moves
from central.work.propose import require_concerned
from central.work.steps import UNDO, in_force
from central.work.tool_rights import Right, Tool, require

_Source, _Stage = AttendanceRecord.Source, AttendanceRecord.Stage
_OPEN: Final = {_Stage.PROVISIONAL, _Stage.REMOVED}
_EVIDENCE: Final = {_Source.PAPER, _Source.CHECK_IN}


def may_be_taken_back(record: AttendanceRecord) -> bool:
    """Tell whether a person took the last step of a record and nobody has certified it since."""
    steps = in_force(record.decisions.all())
    if record.stage not in _OPEN or not steps:
        return False
    # A sheet and a check-in are evidence: what they gave rise to is removed with a reason, not undone.
    is_evidence = len(steps) == 1 and record.source in _EVIDENCE
    return steps[-1].by_id is not None and steps[-1].certification_id is None and not is_evidence


def take_back(section: Section, on: date, student_id: int, by: Staff, at: datetime) -> AttendanceRecord:
    """Undo the last step of a student's record that is not certified yet; history keeps both steps.

    Whoever may change the section's records may do it. A record that was not there before is removed.
    Raises RefusedError where there is nothing to take back.
    """
    require_concerned(by, section, on)
    require(by, Tool.ATTENDANCE, Right.WRITE)
    with transaction.atomic():
        here = AttendanceRecord.objects.select_for_update().filter(section=section, on=on)
        record = here.filter(student=student_id).prefetch_related("decisions").first()
        if record is None or not may_be_taken_back(record):
            msg = "there is nothing to take back: nobody changed this record, or it is certified"
            raise RefusedError(msg)
        before = in_force(record.decisions.all())[:-1]
        stage, mark = (before[-1].stage_to, before[-1].mark) if before else (_Stage.REMOVED, record.mark)
        author = record_moves.person(by, at, UNDO)
        record_moves.move(record, stage, mark, author, "taken back").save()
        record.save()
    return record
