"""What was certified about stations' days, and what stations were told to be set to."""

from django.db import models

from central.store.models.append_only import AppendOnly


class StationCertificate(AppendOnly):
    """One revision of the reconciliation certificate of a station's school day, as central signed it."""

    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, related_name="certificates")
    on = models.DateField()
    revision = models.PositiveSmallIntegerField()
    is_closed = models.BooleanField()
    signed = models.TextField(help_text="the Signed object as JSON text")
    sha256 = models.CharField(max_length=64, help_text="of the note's text")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "on", "revision"], name="station_certificate_once")
        ]


class SchoolCertificate(AppendOnly):
    """One revision of a school day's certificate: every station's, and which stayed silent."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="certificates")
    on = models.DateField()
    revision = models.PositiveSmallIntegerField()
    is_closed = models.BooleanField()
    signed = models.TextField(help_text="the Signed object as JSON text")
    sha256 = models.CharField(max_length=64, help_text="of the note's text")
    leaf_index = models.PositiveIntegerField(
        unique=True, help_text="its place in the log of certificates, from 0"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "on", "revision"], name="school_certificate_once")
        ]


class StationConfig(AppendOnly):
    """One change of what stations are set to: a whole school's where `station` is None."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="configs")
    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, null=True, related_name="configs")
    values = models.JSONField(help_text="the settings named; null takes one back")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
