"""How a release comes to the stations of a school, ring by ring."""

from django.db import models


class Rollout(models.Model):
    """One release on its way; `rings` are lists of station codes or shares of all stations in percent."""

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        ABORTED = "aborted"
        DONE = "done"

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="rollouts")
    version = models.CharField(max_length=40)
    rings = models.JSONField()
    soak_hours = models.PositiveSmallIntegerField(help_text="how long a ring is watched before the next")
    ring = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    why = models.CharField(max_length=255, blank=True)
    began_at = models.DateTimeField()
    ring_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school"],
                condition=models.Q(state__in=["running", "paused"]),
                name="one_rollout_at_a_time",
            )
        ]
