"""Stations and their public keys."""

from django.db import models


class Station(models.Model):
    """A reader with its panel in one room."""

    code = models.CharField(max_length=40, primary_key=True)
    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="stations")
    room = models.ForeignKey("store.Room", on_delete=models.PROTECT, related_name="stations")
    commissioned_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room"], condition=models.Q(retired_at__isnull=True), name="one_station_a_room"
            )
        ]


class StationKey(models.Model):
    """An Ed25519 public key a station signs with."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="keys")
    kid = models.CharField(max_length=16)
    public_key = models.CharField(max_length=64, help_text="hex")
    since_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True, help_text="another key took over; until then both are good")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "kid"], name="key_once")]
