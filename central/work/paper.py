"""Published: take in one class's sheet keyed into our own columns: previewed, written whole, over no tap."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction

from central.domain.adjudication import Ruling
from central.errors import RefusedError
from central.store.models import AuditEvent, PaperSheet, Staff
from central.store.timetable import meeting_on
from central.work.paper_rows import PaperRow, Sheet, read
from central.work.paper_verdict import Verdict
from central.work.paper_write import Day, Judged, write
from central.work.record_moves import person
from central.work.tap_policy import tap_policy

__all__ = ["PaperRow", "Sheet", "Verdict", "accept", "read"]

_MAY_KEY_IN: Final = {Staff.Role.TEACHER, Staff.Role.CLERK}


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
        times_taken=PaperSheet.objects.filter(section=sheet.section, on=on, sheet=sheet.sheet).count() + 1,
        file_sha256=sheet.file.sha256,
        imported_by=by,
        imported_at=now,
    )
    day = Day(tap_policy(sheet.section.school)(on), meeting_on(sheet.section, on))
    made = write(kept, [_judged(row, row.ruling) for row in rows if row.ruling], day, person(by, now))
    AuditEvent.objects.create(
        at=now,
        by=by.number,
        verb="import-paper",
        subject=f"{sheet.section.code} {on} sheet {sheet.sheet}"[:200],
        detail={"sha256": sheet.file.sha256, "rows": len(rows), "records": made},
    )
    return made


def _judged(row: PaperRow, ruling: Ruling) -> Judged:
    return Judged(
        row.line,
        row.student,
        row.mark,
        row.first_in_at,
        row.last_out_at,
        is_tardy=False,
        ruling=ruling,
        record=row.record,
    )
