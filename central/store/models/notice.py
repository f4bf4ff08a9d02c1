"""What students say for themselves: present from afar, absent ahead of time, or wrongly recorded."""

from django.db import models

from central.store.models.append_only import AppendOnly


class CheckIn(AppendOnly):
    """A student's presence said otherwise than by a tap: evidence for a provisional record."""

    class Way(models.TextChoices):
        """How it was said (the school's procedure, 6.1 and 10.3 to 10.5)."""

        TOLD_STAFF = "told staff"
        REMOTE = "remote"
        ONLINE_SESSION = "online session"
        PHONE_CALL = "phone call"

    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="check_ins")
    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="check_ins")
    on = models.DateField()
    at = models.DateTimeField()
    way = models.CharField(max_length=14, choices=Way.choices)
    taken_by = models.ForeignKey(
        "store.Staff", on_delete=models.PROTECT, null=True, help_text="empty where the student did it alone"
    )
    says = models.CharField(max_length=255, blank=True)

    class Meta:
        indexes = [models.Index(fields=["section", "on"], name="check_in_session")]


class AbsenceNotice(AppendOnly):
    """A notice, before or after, that a student is not at school on some days."""

    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="absence_notices")
    since = models.DateField()
    until = models.DateField(help_text="last day, inclusive")
    says = models.CharField(max_length=255)
    taken_by = models.ForeignKey(
        "store.Staff", on_delete=models.PROTECT, null=True, help_text="empty where the student gave it"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="notice_ends_after_start"
            )
        ]


class NoticeDecision(AppendOnly):
    """What a day with a notice of absence and a sign of presence was; the last row of a day counts."""

    notice = models.ForeignKey(AbsenceNotice, on_delete=models.PROTECT, related_name="decisions")
    on = models.DateField()
    was_present = models.BooleanField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="notice_decisions")
    at = models.DateTimeField()
    reason = models.CharField(max_length=255)


class Appeal(AppendOnly):
    """A student's word that a day is recorded wrongly."""

    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="appeals")
    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, null=True, related_name="appeals")
    on = models.DateField()
    says = models.CharField(max_length=255)
    at = models.DateTimeField()


class AppealStep(AppendOnly):
    """What was answered to an appeal; the last row counts, none means it is open."""

    class Answer(models.TextChoices):
        """What became of it."""

        CORRECTED = "corrected"
        STANDS = "stands"

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="steps")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="appeal_steps")
    at = models.DateTimeField()
    reason = models.CharField(max_length=255)
