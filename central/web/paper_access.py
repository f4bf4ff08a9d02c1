"""Which paper concerns somebody: files taken in, their sheets, what was left; for pages and programs."""

from datetime import date

from django.db.models import Q, QuerySet

from central.store.models import AttendanceRecord, PaperBatch, PaperSheet, PaperWithdrawal, Staff
from central.web.access import is_bound_to_classes, sections_seen_by
from central.work import paper_withdrawal


def batches_seen_by(staff: Staff, on: date) -> QuerySet[PaperBatch]:
    """Return the files a member of staff may look into on a date: the own, and those of the own classes."""
    rows = PaperBatch.objects.filter(school=staff.school)
    if is_bound_to_classes(staff):
        mine = sections_seen_by(staff, on).values("pk")
        theirs = PaperSheet.objects.filter(section__in=mine).values("batch")
        rows = rows.filter(Q(imported_by=staff) | Q(pk__in=theirs))
    return rows


def sheets_seen_by(staff: Staff, batch: PaperBatch, on: date) -> QuerySet[PaperSheet]:
    """Return the sheets of a file that a member of staff may look into on a date."""
    rows = PaperSheet.objects.filter(batch=batch)
    if is_bound_to_classes(staff):
        rows = rows.filter(section__in=sections_seen_by(staff, on).values("pk"))
    return rows


def left_seen_by(
    staff: Staff, withdrawal: PaperWithdrawal | None, on: date
) -> list[tuple[AttendanceRecord, str]]:
    """Return the records that stayed though their file was taken back, each with why."""
    if withdrawal is None:
        return []
    left = paper_withdrawal.left_of(withdrawal)
    found = AttendanceRecord.objects.select_related("student", "section")
    if is_bound_to_classes(staff):
        found = found.filter(section__in=sections_seen_by(staff, on).values("pk"))
    records = found.in_bulk([each.record for each in left])
    return [(records[each.record], each.why) for each in left if each.record in records]
