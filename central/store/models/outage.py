"""Outages as people noted them, and how each line on paper was judged and decided."""

from django.db import models

from central.domain.adjudication import Verdict
from central.store.models.append_only import AppendOnly


class Outage(AppendOnly):
    """A time in which stations did not record: of one, of the school's or of the district's."""

    class Scope(models.TextChoices):
        """What was out."""

        STATION = "station"
        SCHOOL = "school"
        DISTRICT = "district"

    class Cause(models.TextChoices):
        """Why."""

        POWER = "power"
        NETWORK = "network"
        STATION = "station", "the station itself"
        SERVER = "server"
        DISASTER = "disaster", "fire, flood, smoke or earthquake"
        OTHER = "other"

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="outages")
    scope = models.CharField(max_length=8, choices=Scope.choices)
    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, null=True, related_name="outages")
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, help_text="empty while it lasts")
    cause = models.CharField(max_length=8, choices=Cause.choices)
    says = models.CharField(max_length=255)
    found = models.CharField(
        max_length=120, blank=True, help_text="the mark or the silence it was confirmed from; empty by hand"
    )
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="outages")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope="station", station__isnull=False)
                | (~models.Q(scope="station") & models.Q(station__isnull=True)),
                name="outage_of_a_station_names_it",
            ),
            models.CheckConstraint(
                condition=models.Q(until_at=None) | models.Q(until_at__gt=models.F("since_at")),
                name="outage_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["station", "found"], condition=~models.Q(found=""), name="outage_found_once"
            ),
        ]


class OutageStep(AppendOnly):
    """A later word on an outage: when it ended, when it really was, or that there was none."""

    class Kind(models.TextChoices):
        """What the step does."""

        ENDED = "ended"
        CORRECTED = "corrected"
        WITHDRAWN = "withdrawn"

    outage = models.ForeignKey(Outage, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="outage_steps")
    at = models.DateTimeField()
    reason = models.CharField(max_length=255)


class PaperRuling(AppendOnly):
    """How a line on paper was judged when, by the program or by a person; the last row counts.

    A row of the program says what the facts then were. A person's row names what was chosen and why;
    after it the program judges the line no more.
    """

    class Choice(models.TextChoices):
        """What a person believed."""

        PAPER = "paper", "the paper is right"
        OTHER = "other", "the paper is not right"

    line = models.ForeignKey("store.PaperLine", on_delete=models.PROTECT, related_name="rulings")
    verdict = models.CharField(max_length=12, choices=[(each.value, each.value) for each in Verdict])
    why = models.CharField(max_length=40, help_text="the name of what it rests on")
    needs_person = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, null=True, related_name="paper_rulings")
    choice = models.CharField(max_length=5, choices=Choice.choices, blank=True)
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by=None, choice="", reason="")
                | (models.Q(by__isnull=False) & ~models.Q(choice="") & ~models.Q(reason="")),
                name="paper_decision_says_who_and_why",
            )
        ]
