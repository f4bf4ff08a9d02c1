"""What went out and what came in besides taps: deliveries to the SIS, paper sheets, frozen reports."""

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


class PaperSheet(AppendOnly):
    """One class's paper roll of one day as it was keyed in."""

    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="sheets")
    on = models.DateField()
    sheet = models.CharField(max_length=60, help_text="the number printed on the sheet")
    file_sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="sheets")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section", "on", "sheet"], name="sheet_once")]


class PaperLine(models.Model):
    """One line of a paper sheet as evidence, with what became of it; taps and paper stand side by side."""

    class Outcome(models.TextChoices):
        """How the line stands to what was known when the sheet came in."""

        RECORDED = "recorded"
        CORROBORATES = "corroborates"
        CONFLICTS = "conflicts"

    sheet = models.ForeignKey(PaperSheet, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveSmallIntegerField(help_text="its place in the file, whose line 1 names columns")
    record = models.ForeignKey("store.AttendanceRecord", on_delete=models.PROTECT, related_name="paper_lines")
    mark = models.CharField(max_length=8)
    first_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "line"], name="paper_line_once")]


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
