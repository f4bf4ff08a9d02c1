"""Who looked at whose record, and the tokens by which programs ask in somebody's name."""

from django.db import models

from central.store.models.append_only import AppendOnly


class Viewing(AppendOnly):
    """One look at records that name students: at one student, or at a section on a day."""

    at = models.DateTimeField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, null=True, related_name="viewings")
    by_student = models.ForeignKey(
        "store.Student", on_delete=models.PROTECT, null=True, related_name="own_viewings"
    )
    page = models.CharField(max_length=40, help_text="the name of the page or the command")
    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, null=True, related_name="viewings")
    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, null=True, related_name="viewings")
    on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["student", "at"], name="viewing_student"),
            models.Index(fields=["section", "at"], name="viewing_section"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by__isnull=False) ^ models.Q(by_student__isnull=False),
                name="viewing_has_one_reader",
            )
        ]


class ApiToken(models.Model):
    """A secret by which a program reads in a member of staff's name until a day; only its hash is kept."""

    staff = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60, help_text="what it is for, in its owner's words")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(help_text="the tools it may read")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
