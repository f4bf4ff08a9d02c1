"""Attendance records, every decision taken on them, and the sessions a teacher certified."""

from django.db import models


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

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="records")
    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="records")
    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="records")
    on = models.DateField()
    mark = models.CharField(max_length=8, choices=Mark.choices)
    stage = models.CharField(max_length=12, choices=Stage.choices)
    source = models.CharField(max_length=6, choices=Source.choices)
    first_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)
    is_tardy = models.BooleanField(default=False)
    left_early = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "section", "on"], name="record_once")]
        indexes = [models.Index(fields=["section", "on"], name="record_session")]
        permissions = [("certify", "Certify attendance records"), ("submit", "Submit and confirm records")]


class Decision(models.Model):
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
    signed_with = models.CharField(max_length=12, blank=True, help_text="totp, practice, or empty")
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by__isnull=False) | ~models.Q(by_process=""), name="decision_has_an_author"
            )
        ]


class SessionCertification(models.Model):
    """A teacher's signature under one section on one day."""

    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="certifications")
    on = models.DateField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="certifications")
    at = models.DateTimeField()
    signed_with = models.CharField(max_length=12)
    late_reason = models.CharField(max_length=255, blank=True)
    present = models.PositiveSmallIntegerField()
    absent = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["section", "on"], name="certified_session")]
