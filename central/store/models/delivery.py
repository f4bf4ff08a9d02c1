"""What went out and what came in besides taps: deliveries to the SIS, paper sheets, frozen reports."""

from django.db import models


class Delivery(models.Model):
    """One record's way to the student information system; `key` makes a second sending harmless."""

    record = models.ForeignKey("store.AttendanceRecord", on_delete=models.PROTECT, related_name="deliveries")
    key = models.CharField(max_length=64, unique=True, help_text="record, mark and revision, hashed")
    file_sha256 = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)


class PaperSheet(models.Model):
    """One class's paper roll of one day as it was keyed in."""

    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="sheets")
    on = models.DateField()
    sheet = models.CharField(max_length=60, help_text="the number printed on the sheet")
    file_sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="sheets")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section", "on", "sheet"], name="sheet_once")]


class ReportSnapshot(models.Model):
    """A period's report as it was closed; a later one stands beside it, never over it."""

    school_year = models.ForeignKey("store.SchoolYear", on_delete=models.PROTECT, related_name="snapshots")
    kind = models.CharField(max_length=10)
    revision = models.PositiveSmallIntegerField()
    as_of = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, null=True, related_name="snapshots")
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_year", "kind", "revision"], name="snapshot_once")
        ]
