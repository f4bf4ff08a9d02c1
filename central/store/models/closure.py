"""Closed schools, lost attendance and lost records, and what became of the request to the state."""

from django.db import models

from central.store.models.append_only import AppendOnly


class StateRequest(models.Model):
    """A request on Form J-13A; its credit counts only once approved."""

    class Kind(models.TextChoices):
        """What is asked for."""

        CLOSURE = "closure"
        MATERIAL_DECREASE = "material decrease"
        LOST_RECORDS = "lost records"

    school_year = models.ForeignKey("store.SchoolYear", on_delete=models.PROTECT, related_name="requests")
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    cause = models.CharField(max_length=60)
    is_emergency_declared = models.BooleanField(default=False)
    continuity_plan_on = models.DateField(null=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_year", "code"], name="request_once")]


class StateRequestDay(models.Model):
    """One date of one track a request is about, with the minutes or the attendance asked for."""

    request = models.ForeignKey(StateRequest, on_delete=models.CASCADE, related_name="days")
    track = models.ForeignKey("store.Track", on_delete=models.PROTECT, related_name="request_days")
    on = models.DateField()
    minutes = models.PositiveSmallIntegerField(default=0)
    normal_hundredths = models.PositiveIntegerField(
        null=True, help_text="normal attendance in hundredths of a student, for a material decrease"
    )
    attended = models.PositiveIntegerField(null=True, help_text="students who attended that day")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "track", "on"], name="request_day_once")]


class StateRequestStep(AppendOnly):
    """One step of a request: drafted, filed, approved or denied; the last one counts."""

    request = models.ForeignKey(StateRequest, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=8, help_text="draft, filed, approved, denied")
    on = models.DateField()
    evidence = models.CharField(max_length=255, blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
