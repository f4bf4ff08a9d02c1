"""What a school decided for itself, each choice from a day on."""

from django.db import models

from central.store.models.append_only import AppendOnly


class SchoolPolicy(AppendOnly):
    """One choice of a school from a date on; the last row of a name and date counts."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="policies")
    name = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    since = models.DateField()
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        indexes = [models.Index(fields=["school", "name", "since"], name="school_policy")]


class ColumnMapping(AppendOnly):
    """Which columns of somebody's file mean what; the last row of a name counts."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="mappings")
    kind = models.CharField(max_length=20, help_text="what such a file holds")
    name = models.CharField(max_length=60)
    columns = models.JSONField(help_text="our word for a column, and the heading it has in the file")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
