"""What went out: deliveries to the student information system, and reports as they were frozen."""

from django.db import models

from central.store.models.append_only import AppendOnly


class Delivery(models.Model):
    """One revision of a record on its way to the student information system, and what became of it.

    The row is written before anything is sent; `key` makes it one a revision, however often it is sent.
    """

    class State(models.TextChoices):
        """How far it is; asked and unknown may have arrived, and are read back before anything is sent."""

        WAITING = "waiting"
        ASKED = "asked"
        SENT = "sent"
        UNKNOWN = "unknown"
        CONFIRMED = "confirmed"
        REOPENED = "reopened"

    class Channel(models.TextChoices):
        """Which way it went."""

        FILE = "file"
        POWERSCHOOL = "powerschool"

    record = models.ForeignKey("store.AttendanceRecord", on_delete=models.PROTECT, related_name="deliveries")
    key = models.CharField(max_length=64, unique=True, help_text="record, mark and revision, hashed")
    mark = models.CharField(max_length=8, help_text="what was sent")
    file_sha256 = models.CharField(max_length=64, blank=True, help_text="of the file it went in, if it did")
    sent_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="deliveries")
    sent_at = models.DateTimeField(help_text="when it was last begun to be sent")
    confirmed_at = models.DateTimeField(null=True)
    difference = models.CharField(
        max_length=200, blank=True, help_text="what the system said instead, when last read back"
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.SENT)
    channel = models.CharField(max_length=11, choices=Channel.choices, default=Channel.FILE)
    value = models.CharField(max_length=24, blank=True, help_text="the other system's code, and its minutes")
    marker = models.CharField(max_length=32, blank=True, help_text="what its comment there says of it")
    dcid = models.CharField(max_length=20, blank=True, help_text="the other system's key of its row")
    seen = models.CharField(max_length=24, blank=True, help_text="the value last read there, or gone")
    attempts = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True, help_text="when its place there was last read")

    class Meta:
        indexes = [models.Index(fields=["state"], name="delivery_state")]


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
