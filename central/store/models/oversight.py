"""The log of what people and imports did."""

from django.db import models

from central.store.models.append_only import AppendOnly


class ImportedFile(AppendOnly):
    """A file taken in whole: what, when, by whom, with what result."""

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    counts = models.JSONField()
    newest_change_at = models.DateTimeField(
        null=True, help_text="the newest change the file itself dates, where it dates any"
    )


class AuditEvent(AppendOnly):
    """One act of a person or command; rows are only ever added."""

    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
