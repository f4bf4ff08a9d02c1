"""Paper as it was keyed in: what came in at once, its sheets and lines, their scans, what was withdrawn."""

from django.db import models

from central.store.models.append_only import AppendOnly


class PaperBatch(AppendOnly):
    """One file of paper sheets taken in at once, with everything that was decided about reading it."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="paper_batches")
    name = models.CharField(max_length=200, help_text="what the file was called")
    file_sha256 = models.CharField(max_length=64)
    choices = models.JSONField(help_text="how the file was read, choice by choice, guessed or said")
    counts = models.JSONField(help_text="lines by verdict, and the records made")
    imported_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="paper_batches")
    imported_at = models.DateTimeField()


class PaperSheet(AppendOnly):
    """One class's paper roll of one day as it was keyed in."""

    batch = models.ForeignKey(PaperBatch, on_delete=models.PROTECT, null=True, related_name="sheets")
    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="sheets")
    on = models.DateField()
    sheet = models.CharField(max_length=60, help_text="the number printed on the sheet")
    times_taken = models.PositiveSmallIntegerField(
        default=1, help_text="1, and one more each time the same sheet brought further lines"
    )
    file_sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="sheets")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["section", "on", "sheet", "times_taken"], name="sheet_once")
        ]


class LinesInForce(models.Manager["PaperLine"]):
    """The lines nobody withdrew: what stands as evidence."""

    def get_queryset(self) -> models.QuerySet["PaperLine"]:
        """Leave withdrawn lines out."""
        return super().get_queryset().exclude(outcome=PaperLine.Outcome.WITHDRAWN)


class PaperLine(models.Model):
    """One line of a paper sheet as evidence, with what became of it; taps and paper stand side by side."""

    class Outcome(models.TextChoices):
        """How the line stands to what was known when the sheet came in, or that it was withdrawn."""

        RECORDED = "recorded"
        FALLBACK = "fallback", "recorded in place of taps that were missing"
        NO_OUTAGE = "no-outage", "recorded though nothing was out"
        CORROBORATES = "corroborates"
        CONFLICTS = "conflicts"
        WITHDRAWN = "withdrawn"

    sheet = models.ForeignKey(PaperSheet, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField(help_text="its place in the file, counted as spreadsheets do")
    record = models.ForeignKey("store.AttendanceRecord", on_delete=models.PROTECT, related_name="paper_lines")
    mark = models.CharField(max_length=8)
    first_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)

    objects = LinesInForce()
    kept = models.Manager["PaperLine"]()
    """All lines, the withdrawn ones too."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "line"], name="paper_line_once")]


class PaperScan(AppendOnly):
    """The picture of a sheet, or its paper: the digest, where it is kept, who collected it and when."""

    sheet = models.ForeignKey(PaperSheet, on_delete=models.PROTECT, related_name="scans")
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the picture; empty for paper alone")
    name = models.CharField(max_length=200, blank=True)
    kept = models.CharField(
        max_length=200, help_text="where the paper, or a picture not kept here, can be found"
    )
    collected_by = models.CharField(max_length=120)
    collected_on = models.DateField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="paper_scans")
    at = models.DateTimeField()


class PaperWithdrawal(AppendOnly):
    """A batch taken back: what it made is removed by further decisions, and nothing of it is deleted."""

    batch = models.OneToOneField(PaperBatch, on_delete=models.PROTECT, related_name="withdrawal")
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="paper_withdrawals")
    at = models.DateTimeField()
    reason = models.CharField(max_length=255)
    removed = models.PositiveIntegerField(help_text="records it had made and nobody had signed")
    left = models.JSONField(help_text="records it had made that are signed, or rest on more than this paper")
