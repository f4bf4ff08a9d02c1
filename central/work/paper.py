"""Take in a paper sheet as it was keyed: previewed row by row, written whole, never over a tap."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from central.errors import RefusedError
from central.store.models import AttendanceRecord, AuditEvent, Decision, PaperLine, PaperSheet, Section, Staff
from central.store.timetable import meeting_on
from central.work.paper_rows import PaperRow, Sheet, Verdict, read
from central.work.record_moves import move, person
from central.work.tap_policy import tap_policy

__all__ = ["PaperRow", "Sheet", "Verdict", "accept", "read"]

_MAY_KEY_IN: Final = {Staff.Role.TEACHER, Staff.Role.CLERK}
_Stage = AttendanceRecord.Stage
_OUTCOMES: Final = {
    Verdict.RECORD: PaperLine.Outcome.RECORDED,
    Verdict.CORROBORATES: PaperLine.Outcome.CORROBORATES,
    Verdict.CONFLICTS: PaperLine.Outcome.CONFLICTS,
}


def accept(sheet: Sheet, by: Staff, now: datetime) -> int:
    """Write a sheet's rows and return how many records came of it; a sheet known already changes nothing.

    A row without a record makes a provisional one; a row beside a record, whatever its origin,
    only stands beside it as evidence. Only certificated staff and attendance clerks may do this.
    """
    if by.role not in _MAY_KEY_IN:
        msg = f"employee {by.number} may not key in paper; ask a teacher or the attendance clerk"
        raise RefusedError(msg)
    with transaction.atomic():
        # Judged again inside the transaction: a tap may have come in since the preview.
        fresh = read(sheet.file, sheet.section, sheet.sheet)
        made = 0
        for on in fresh.days:
            rows = [row for row in fresh.rows if row.on == on and row.verdict is not Verdict.KNOWN]
            if rows:
                made += _write(fresh, on, rows, by, now)
        return made


def _write(sheet: Sheet, on: date, rows: Sequence[PaperRow], by: Staff, now: datetime) -> int:
    kept = PaperSheet.objects.create(
        section=sheet.section,
        on=on,
        sheet=sheet.sheet,
        file_sha256=sheet.file.sha256,
        imported_by=by,
        imported_at=now,
    )
    new = {row.line: _record(sheet.section, row) for row in rows if row.verdict is Verdict.RECORD}
    author, why = person(by, now), f"paper sheet {sheet.sheet}"
    decisions = [move(each, _Stage.PROVISIONAL, each.mark, author, why) for each in new.values()]
    AttendanceRecord.objects.bulk_create(new.values())
    Decision.objects.bulk_create(decisions)
    _keep_lines(kept, rows, new)
    AuditEvent.objects.create(
        at=now,
        by=by.number,
        verb="import-paper",
        subject=f"{sheet.section.code} {on} sheet {sheet.sheet}"[:200],
        detail={"sha256": sheet.file.sha256, "rows": len(rows), "records": len(new)},
    )
    return len(new)


def _keep_lines(kept: PaperSheet, rows: Iterable[PaperRow], new: Mapping[int, AttendanceRecord]) -> None:
    there = {
        record.student_id: record
        for record in AttendanceRecord.objects.filter(section=kept.section, on=kept.on)
    }
    PaperLine.objects.bulk_create(
        PaperLine(
            sheet=kept,
            line=row.line,
            record=new.get(row.line) or there[row.student.pk],
            mark=row.mark,
            first_in_at=row.first_in_at,
            last_out_at=row.last_out_at,
            outcome=_OUTCOMES[row.verdict],
        )
        for row in rows
    )


def _record(section: Section, row: PaperRow) -> AttendanceRecord:
    policy = tap_policy(section.school)(row.on)
    record = AttendanceRecord(
        school_id=section.school_id,
        student=row.student,
        section=section,
        on=row.on,
        mark=row.mark,
        stage=_Stage.PROVISIONAL,
        source=AttendanceRecord.Source.PAPER,
        first_in_at=row.first_in_at,
        last_out_at=row.last_out_at,
    )
    meeting = meeting_on(section, row.on)
    if meeting is None:
        return record
    zone = ZoneInfo(section.school.time_zone)
    starts_at, ends_at = (datetime.combine(row.on, clock, zone) for clock in (meeting.starts, meeting.ends))
    record.is_tardy = bool(row.first_in_at and row.first_in_at > starts_at + policy.tardy_after)
    record.left_early = bool(row.last_out_at and row.last_out_at < ends_at - policy.early_before)
    return record
