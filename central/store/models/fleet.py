"""What stations tell of how they are, what they were ordered, and which alerts somebody silenced."""

from django.db import models

from central.store.models.append_only import AppendOnly


class StationHealth(models.Model):
    """The newest a station told of itself: what fits its shape, and nothing else of it."""

    station = models.OneToOneField(
        "store.Station", on_delete=models.PROTECT, primary_key=True, related_name="health"
    )
    received_at = models.DateTimeField()
    server_sequence = models.PositiveBigIntegerField(help_text="the batch it came in")
    boot = models.PositiveBigIntegerField()
    told = models.JSONField()


class HealthSample(models.Model):
    """The last a station told in one hour; hours longer ago than two weeks are not kept."""

    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="samples")
    hour_at = models.DateTimeField()
    boot = models.PositiveBigIntegerField()
    disk_free_mb = models.BigIntegerField(null=True)
    temp_c = models.IntegerField(null=True)
    clock_off_ms = models.BigIntegerField(null=True)
    waiting = models.BigIntegerField(null=True)
    resets = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "hour_at"], name="sample_once_an_hour")]


class StationOrder(models.Model):
    """Something a station was told to do once; what became of it is written when the station says so."""

    id = models.CharField(max_length=16, primary_key=True)
    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="orders")
    verb = models.CharField(max_length=20)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="orders")
    reason = models.CharField(max_length=255)
    ordered_at = models.DateTimeField()
    until_at = models.DateTimeField()
    result = models.CharField(max_length=10, blank=True)
    told_at = models.DateTimeField(null=True)


class AlertSilence(AppendOnly):
    """One alert of one station that somebody knows of, until when; the last row of an alert counts."""

    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="silences")
    code = models.CharField(max_length=30)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="silences")
    reason = models.CharField(max_length=255)
    at = models.DateTimeField()
    until_at = models.DateTimeField()
