"""What students and staff present to a station, as keyed hashes only."""

from django.db import models


class Credential(models.Model):
    """A card or phone in somebody's hands for a time; the raw identifier is never stored."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="credentials")
    student = models.ForeignKey(
        "store.Student", on_delete=models.PROTECT, null=True, related_name="credentials"
    )
    staff = models.ForeignKey("store.Staff", on_delete=models.PROTECT, null=True, related_name="credentials")
    token = models.BinaryField(max_length=16)
    key_id = models.CharField(max_length=20)
    kind = models.CharField(max_length=8, help_text="uid, idm, em or sc1")
    device_key = models.CharField(
        max_length=66, blank=True, help_text="the public key of a phone issued here, compressed P-256 in hex"
    )
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["token"], name="credential_token")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(student__isnull=True) ^ models.Q(staff__isnull=True),
                name="credential_one_holder",
            ),
            models.UniqueConstraint(
                fields=["school", "token"], condition=models.Q(until__isnull=True), name="credential_one_hand"
            ),
        ]
