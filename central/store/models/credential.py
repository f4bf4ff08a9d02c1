"""What students and staff present to a station, as keyed hashes only."""

from django.db import models

from central.store.models.append_only import AppendOnly


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
    is_temporary = models.BooleanField(default=False, help_text="lent until its holder has their own again")
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


class CredentialEvent(AppendOnly):
    """One step in the life of a credential: who did it, when, why."""

    class What(models.TextChoices):
        """What happened to it."""

        ISSUED = "issued"
        LEARNED = "learned", "Learned by tapping"
        LENT = "lent"
        LOST = "lost"
        REPLACED = "replaced"
        RETURNED = "returned"

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=8, choices=What.choices)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    reason = models.CharField(max_length=255, blank=True)
