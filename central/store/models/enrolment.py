"""Tokens by which new stations may bring their key, once, and the attempts that were refused."""

from django.db import models

from central.store.models.append_only import AppendOnly


class EnrolmentToken(models.Model):
    """What lets one station of one room bring the key born on it; the token itself is kept nowhere here."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="enrolment_tokens")
    station_code = models.CharField(max_length=40, help_text="the station it was made for; it may be new")
    room = models.ForeignKey("store.Room", on_delete=models.PROTECT, related_name="enrolment_tokens")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, hex")
    replaces = models.BooleanField(
        default=False, help_text="a new card takes over from the station's old one"
    )
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    kid = models.CharField(max_length=16, blank=True, help_text="the key that was registered by it")
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["station_code"],
                condition=models.Q(used_at__isnull=True, revoked_at__isnull=True),
                name="one_open_enrolment_token",
            )
        ]


class EnrolmentRefusal(AppendOnly):
    """One attempt to enrol that was refused: whose name it gave, why, and by which key it was signed."""

    station_code = models.CharField(max_length=40)
    reason = models.CharField(max_length=20)
    kid = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the token that was shown, hex")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "kid", "reason"], name="enrolment_refusal_once")
        ]
