"""Attendance recovery as the student information system knows it, and the sessions behind it."""

from django.db import models

from central.store.models.append_only import AppendOnly


class RecoveryRecord(models.Model):
    """A student's time in the attendance recovery programme; records of a student never overlap.

    Every change and deletion is an AuditEvent with what stood there before.
    """

    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="recovery_records")
    since = models.DateField()
    until = models.DateField(null=True, help_text="last day, inclusive; empty while it lasts")
    comment = models.CharField(max_length=255, blank=True)
    created_by = models.CharField(max_length=255, help_text="district name and number")
    created_at = models.DateTimeField()
    modified_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="recovery_records")
    modified_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "since"], name="recovery_record_starts_once"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="recovery_record_ends_after_start",
            ),
        ]


class RecoveryService(models.Model):
    """A program service of a recovery record: time earned in sessions, or days used to earn back ADA."""

    class Kind(models.TextChoices):
        """What a service records."""

        EARNED = "Earned"
        USED = "Used"

    record = models.ForeignKey(RecoveryRecord, on_delete=models.PROTECT, related_name="services")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    since = models.DateField()
    until = models.DateField(null=True)
    comments = models.CharField(max_length=255, blank=True)
    school = models.ForeignKey(
        "store.School",
        on_delete=models.PROTECT,
        related_name="recovery_services",
        help_text="the school that uses the time and earns the ADA",
    )
    is_calendar = models.BooleanField(default=False, help_text="the ledger writes the figures itself")
    days_used = models.PositiveSmallIntegerField(null=True, help_text="on Used services")
    minutes_earned = models.PositiveIntegerField(null=True, help_text="on Earned services")
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    modified_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="recovery_services")
    modified_at = models.DateTimeField()


class RecoveryServiceFigure(AppendOnly):
    """What the ledger wrote into a service with the calendar flag on, as of a reporting date."""

    service = models.ForeignKey(RecoveryService, on_delete=models.PROTECT, related_name="figures")
    as_of = models.DateField()
    days_used = models.PositiveSmallIntegerField(null=True)
    minutes_earned = models.PositiveIntegerField(null=True)
    rule_set = models.CharField(max_length=12)
    basis = models.JSONField(help_text="sessions, absences and caps it was computed from")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["service", "as_of"], name="recovery_figure_date")]


class RecoverySession(models.Model):
    """One session outside the regular day; what it earned counts only under a teacher's signature."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="recovery_sessions")
    code = models.CharField(max_length=40, help_text="the school's own number of the session")
    on = models.DateField()
    starts = models.TimeField()
    ends = models.TimeField()
    room = models.ForeignKey(
        "store.Room", on_delete=models.PROTECT, null=True, related_name="recovery_sessions"
    )
    standards = models.CharField(
        max_length=255, blank=True, help_text="lesson and grade-level standards taught"
    )
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "code"], name="recovery_session_once")]


class RecoveryTeacher(models.Model):
    """A teacher who supervised a recovery session."""

    session = models.ForeignKey(RecoverySession, on_delete=models.CASCADE, related_name="teachers")
    staff = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="recovery_sessions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "staff"], name="recovery_teacher_once")]


class RecoveryAttendance(AppendOnly):
    """The minutes one student spent in a session, as documented; the last row of a student counts."""

    session = models.ForeignKey(RecoverySession, on_delete=models.PROTECT, related_name="attendance")
    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="recovery_attendance")
    grade = models.CharField(max_length=4)
    minutes = models.PositiveSmallIntegerField(help_text="0 takes a student off the session")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    reason = models.CharField(max_length=255, blank=True)


class RecoverySignature(AppendOnly):
    """A teacher's signature under a session's minutes as they stood; what was entered later is unsigned."""

    session = models.ForeignKey(RecoverySession, on_delete=models.PROTECT, related_name="signatures")
    revision = models.PositiveSmallIntegerField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="recovery_signatures")
    at = models.DateTimeField()
    signed_with = models.CharField(max_length=12)
    minutes = models.JSONField(help_text="student number to minutes, as signed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "revision"], name="recovery_signed_once_a_revision")
        ]
