"""Students and staff, and the dated facts that bind them to tracks and sections."""

from django.conf import settings
from django.db import models


class Student(models.Model):
    """A person taught; what is true of them only for a time stands in dated rows."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="students")
    number = models.CharField(max_length=40, help_text="the school's student number, leading zeros kept")
    family_name = models.CharField(max_length=120)
    given_name = models.CharField(max_length=120)
    preferred_name = models.CharField(max_length=120, blank=True, help_text="how the student is addressed")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="student"
    )
    ssid = models.CharField(max_length=10, blank=True, help_text="the state's number, ten digits")
    birth_on = models.DateField(null=True)
    source_id = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "number"], name="student_number_once")]

    def __str__(self) -> str:
        """Show the name as registers do: last name first."""
        return f"{self.family_name}, {self.given_name}"


class Enrollment(models.Model):
    """A student's time on one track, in one grade, under one programme."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="enrollments")
    track = models.ForeignKey("store.Track", on_delete=models.PROTECT, related_name="enrollments")
    grade = models.CharField(max_length=4, help_text="TK, K, 1 to 12")
    programme = models.CharField(max_length=20, default="47612", help_text="47612 or 47612.1")
    modality = models.CharField(
        max_length=20, default="classroom", help_text="classroom or independent study"
    )
    since = models.DateField()
    until = models.DateField(null=True, help_text="last day, inclusive; empty while enrolled")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "track", "since"], name="enrollment_starts_once"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="enrollment_ends_after_start",
            ),
        ]


class Placement(models.Model):
    """A student's time in one section."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="placements")
    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="placements")
    since = models.DateField()
    until = models.DateField(null=True)
    source_id = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "section", "since"], name="placement_starts_once")
        ]


class Staff(models.Model):
    """A person employed; `user` is how they sign in, if they do."""

    class Role(models.TextChoices):
        """What a person is to attendance (the operators of the school's procedure)."""

        TEACHER = "teacher", "Certificated staffer"
        PARAEDUCATOR = "paraeducator"
        CLERK = "clerk", "Attendance clerk"
        LEADER = "leader", "School leader"
        IT = "it", "IT"
        ADMIN = "admin", "Administrator"
        AUDITOR = "auditor"

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="staff")
    number = models.CharField(max_length=40, help_text="employee id, printed in every report of changes")
    family_name = models.CharField(max_length=120)
    given_name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="staff"
    )
    is_employee = models.BooleanField(default=True, help_text="false for a contractor")
    source_id = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name_plural = "staff"
        constraints = [models.UniqueConstraint(fields=["school", "number"], name="staff_number_once")]

    def __str__(self) -> str:
        """Show the name as registers do: last name first."""
        return f"{self.family_name}, {self.given_name}"


class TeachingCredential(models.Model):
    """A certification document and the dates it is valid (EC 47605(l), 46300(a))."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="teaching_credentials")
    document = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "document", "since"], name="document_once")]


class Assignment(models.Model):
    """A staffer's time with one section."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="assignments")
    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="assignments")
    is_primary = models.BooleanField(default=True)
    since = models.DateField()
    until = models.DateField(null=True)
    source_id = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["staff", "section", "since"], name="assignment_starts_once")
        ]
