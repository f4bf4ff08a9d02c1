"""Attendance records, every decision taken on them, and the sessions a teacher certified."""

from django.db import models

from central.store.models.append_only import AppendOnly


class AttendanceRecord(models.Model):
    """One student, day and section; the legal truth once certified. Its history is in `decisions`."""

    class Mark(models.TextChoices):
        """Present or absent."""

        PRESENT = "present"
        ABSENT = "absent"

    class Stage(models.TextChoices):
        """How far the record has come (the school's stages 0 to 3)."""

        PROVISIONAL = "provisional"
        CERTIFIED = "certified"
        SUBMITTED = "submitted"
        CONFIRMED = "confirmed"
        REMOVED = "removed"

    class Source(models.TextChoices):
        """What first gave rise to it."""

        TAP = "tap"
        STAFF = "staff"
        PAPER = "paper"
        CHECK_IN = "check-in"

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="records")
    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="records")
    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="records")
    on = models.DateField()
    mark = models.CharField(max_length=8, choices=Mark.choices)
    stage = models.CharField(max_length=12, choices=Stage.choices)
    source = models.CharField(max_length=8, choices=Source.choices)
    first_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)
    is_tardy = models.BooleanField(default=False)
    left_early = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "section", "on"], name="record_once")]
        indexes = [models.Index(fields=["section", "on"], name="record_session")]
        permissions = [("certify", "Certify attendance records"), ("submit", "Submit and confirm records")]

    @property
    def minutes_in_seat(self) -> int | None:
        """The whole minutes between the first tap and the last, if there were both."""
        if self.first_in_at is None or self.last_out_at is None:
            return None
        return max(0, int((self.last_out_at - self.first_in_at).total_seconds()) // 60)


class Decision(AppendOnly):
    """One step of a record: who, when, why, signed how. Never changed, never deleted."""

    record = models.ForeignKey(AttendanceRecord, on_delete=models.PROTECT, related_name="decisions")
    stage_from = models.CharField(max_length=12, blank=True)
    stage_to = models.CharField(max_length=12, choices=AttendanceRecord.Stage.choices)
    mark = models.CharField(max_length=8, choices=AttendanceRecord.Mark.choices)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, null=True, related_name="decisions")
    by_process = models.CharField(
        max_length=40, blank=True, help_text="the program's part that acted, where no person did"
    )
    at = models.DateTimeField()
    is_same_day = models.BooleanField(
        help_text="entered on the calendar day it records (CDE letter of Aug 3 2009)"
    )
    signed_with = models.CharField(max_length=12, blank=True, help_text="totp, passkey, practice, or empty")
    reason = models.CharField(max_length=255, blank=True)
    certification = models.ForeignKey(
        "store.SessionCertification", on_delete=models.PROTECT, null=True, related_name="decisions"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by__isnull=False) | ~models.Q(by_process=""), name="decision_has_an_author"
            )
        ]


class SessionCertification(AppendOnly):
    """A teacher's signature under one section on one day; a correction is a further revision."""

    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="certifications")
    on = models.DateField()
    revision = models.PositiveSmallIntegerField(help_text="1 for the first signature of the session")
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="certifications")
    at = models.DateTimeField()
    signed_with = models.CharField(max_length=12)
    late_reason = models.CharField(max_length=255, blank=True)
    reason = models.CharField(
        max_length=255, blank=True, help_text="why the session was certified again; empty for revision 1"
    )
    present = models.PositiveSmallIntegerField()
    absent = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["section", "on", "revision"], name="certified_once_a_revision")
        ]


class SpentCode(AppendOnly):
    """A one-time code that has signed once: its time step can never sign again, whichever process asks."""

    staff = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="spent_codes")
    time_step = models.PositiveBigIntegerField(help_text="Unix time divided by the code's period")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "time_step"], name="code_signs_once")]


class SpentChallenge(AppendOnly):
    """What a passkey has answered once: the same answer can never sign again, whichever process asks."""

    staff = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="spent_challenges")
    challenge_sha256 = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
