"""What went out: deliveries to the student information system, and reports as they were frozen."""

from django.db import models

from central.store.models.append_only import AppendOnly


class Delivery(models.Model):
    """One record's way to the student information system; `key` makes a second sending harmless."""

    record = models.ForeignKey("store.AttendanceRecord", on_delete=models.PROTECT, related_name="deliveries")
    key = models.CharField(max_length=64, unique=True, help_text="record, mark and revision, hashed")
    mark = models.CharField(max_length=8, help_text="what was sent")
    file_sha256 = models.CharField(max_length=64)
    sent_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="deliveries")
    sent_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    difference = models.CharField(
        max_length=200, blank=True, help_text="what the system said instead, when last read back"
    )


class ReportSnapshot(AppendOnly):
    """A period's report as it was closed; a later one stands beside it, never over it."""

    school_year = models.ForeignKey("store.SchoolYear", on_delete=models.PROTECT, related_name="snapshots")

    class Edition(models.TextChoices):
        """What a frozen report is: the first as filed, a correction, or what the audit found."""

        ORIGINAL = "original"
        REVISED = "revised"
        AUDITED = "audited"

    kind = models.CharField(max_length=10)
    revision = models.PositiveSmallIntegerField()
    edition = models.CharField(max_length=8, choices=Edition.choices, default=Edition.ORIGINAL)
    reason = models.CharField(max_length=255, blank=True, help_text="why it differs from the one before")
    as_of = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, null=True, related_name="snapshots")
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_year", "kind", "revision"], name="snapshot_once")
        ]
