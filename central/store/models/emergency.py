"""Emergencies: what happened, what was announced, which days were closed, and what was learned of it."""

from django.db import models

from central.domain.emergency import Channel, DutyKind, Language
from central.store.models.append_only import AppendOnly


def _choices(words: type[Channel] | type[Language] | type[DutyKind]) -> list[tuple[str, str]]:
    return [(each.value, each.value) for each in words]


class Emergency(AppendOnly):
    """An emergency as a certificated member of staff documented it; later words on it are steps."""

    class Cause(models.TextChoices):
        """What happened, by the letters of the school's procedure (10.1)."""

        DISASTER = "a", "natural disaster"
        HEALTH = "b", "public health emergency"
        TECHNOLOGY = "c", "power outage or technological failure"
        SECURITY = "d", "security threat"
        WEATHER = "e", "severe weather"

    class Scope(models.TextChoices):
        """Whom it concerned."""

        SCHOOL = "school", "the whole school"
        DISTRICT = "district", "the whole district"
        TRACKS = "tracks", "some tracks"

    school_year = models.ForeignKey("store.SchoolYear", on_delete=models.PROTECT, related_name="emergencies")
    code = models.CharField(max_length=40, help_text="what the school calls it")
    cause = models.CharField(max_length=1, choices=Cause.choices)
    scope = models.CharField(max_length=8, choices=Scope.choices)
    tracks = models.JSONField(default=list, help_text="the codes of the tracks, where it is some")
    nature = models.CharField(max_length=255)
    first_day = models.DateField()
    expected_end = models.DateField(help_text="last day, inclusive, as expected when it was documented")
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="emergencies")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_year", "code"], name="emergency_once"),
            models.CheckConstraint(
                condition=models.Q(expected_end__gte=models.F("first_day")),
                name="emergency_ends_after_it_began",
            ),
        ]


class EmergencyStep(AppendOnly):
    """A later word on an emergency: another end expected, its real end, a review, or that there was none."""

    class Kind(models.TextChoices):
        """What the step says."""

        EXPECTED = "expected"
        ENDED = "ended"
        REVIEWED = "reviewed"
        WITHDRAWN = "withdrawn"

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    on = models.DateField(help_text="the end it speaks of; the day of a review or withdrawal")
    says = models.CharField(max_length=1000)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="emergency_steps")
    at = models.DateTimeField()


class EmergencyDay(AppendOnly):
    """A day of a track closed for an emergency, or opened again; the last row of a day counts."""

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="days")
    track = models.ForeignKey("store.Track", on_delete=models.PROTECT, related_name="emergency_days")
    on = models.DateField()
    is_closed = models.BooleanField()
    was = models.JSONField(help_text="what the calendar said of the day before it was closed")
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="emergency_days")
    at = models.DateTimeField()


class Announcement(AppendOnly):
    """What is told by one channel in one language; the last row of both counts. Nothing is sent by itself."""

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="announcements")
    channel = models.CharField(max_length=12, choices=_choices(Channel))
    language = models.CharField(max_length=2, choices=_choices(Language))
    nature = models.CharField(max_length=500)
    duration = models.CharField(max_length=500)
    remote = models.CharField(
        max_length=500, help_text="how attendance is taken from afar, or that it is not"
    )
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="announcements")
    at = models.DateTimeField()


class AnnouncementSending(AppendOnly):
    """That somebody sent an announcement, when, and where the proof is kept."""

    announcement = models.ForeignKey(Announcement, on_delete=models.PROTECT, related_name="sendings")
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=100, help_text="who pressed the button, in their own name")
    evidence = models.CharField(max_length=255, help_text="where the proof is kept")
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="announcement_sendings")
    at = models.DateTimeField()


class ContinuityProof(AppendOnly):
    """That a dated duty of the continuity plan was done; the last row of a duty counts."""

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="proofs")
    duty = models.CharField(max_length=20, choices=_choices(DutyKind))
    on = models.DateField()
    evidence = models.CharField(max_length=255)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="continuity_proofs")
    at = models.DateTimeField()


class DiscrepancyStep(AppendOnly):
    """What became of one line of the audit of an emergency; the last row of a key counts."""

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="discrepancy_steps")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, help_text="what the audit calls the line")
    is_resolved = models.BooleanField(default=True)
    reason = models.CharField(max_length=255)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="discrepancy_steps")
    at = models.DateTimeField()


class AfterAction(AppendOnly):
    """Something to be done better the next time: by whom, and until when."""

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="actions")
    what = models.CharField(max_length=255)
    owner = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="after_actions")
    due_on = models.DateField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="after_actions_listed")
    at = models.DateTimeField()


class AfterActionStep(AppendOnly):
    """What became of it; the last row counts."""

    class State(models.TextChoices):
        """How far it is."""

        DONE = "done"
        MOVED = "moved", "due later"
        DROPPED = "dropped"

    action = models.ForeignKey(AfterAction, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=8, choices=State.choices)
    due_on = models.DateField(null=True, help_text="the new day, where it is due later")
    says = models.CharField(max_length=255)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="after_action_steps")
    at = models.DateTimeField()
