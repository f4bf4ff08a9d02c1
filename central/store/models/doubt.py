"""What people decided about evidence that does not explain itself: times, doubted stations, gaps."""

from django.db import models

from central.store.models.append_only import AppendOnly


class TimeDecision(AppendOnly):
    """A named person's word for when one entry happened, beside the evidence; the last one counts.

    It stands for the entry alone where `is_anchor` is false. An anchor also bounds its neighbours.
    """

    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="time_decisions")
    epoch = models.BigIntegerField()
    sequence = models.PositiveBigIntegerField()
    earliest_at = models.DateTimeField()
    latest_at = models.DateTimeField()
    is_anchor = models.BooleanField(default=False)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="time_decisions")
    at = models.DateTimeField()
    reason = models.CharField(max_length=255)

    class Meta:
        indexes = [models.Index(fields=["station", "epoch", "sequence"], name="time_decision_entry")]


class StationDoubt(models.Model):
    """Two histories came in under one station's key; taps wait until a person has cleared it."""

    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="doubts")
    reason = models.CharField(max_length=20, help_text="fork, rollback or clone")
    quarantine_id = models.PositiveBigIntegerField(unique=True, help_text="the message that was set aside")
    epoch = models.BigIntegerField()
    since_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(
        "store.Staff", on_delete=models.PROTECT, null=True, related_name="cleared_doubts"
    )
    cleared_why = models.CharField(max_length=255, blank=True)


class GapExplanation(AppendOnly):
    """A named person's explanation of one gap in the register; the gap itself stands in the evidence."""

    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="gap_explanations")
    gap = models.CharField(
        max_length=80, help_text="what the register calls it, like silent/2026-09-01T08:15"
    )
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="gap_explanations")
    at = models.DateTimeField()
    reason = models.CharField(max_length=255)
