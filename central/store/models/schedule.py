"""Reports a school wants written into a folder by themselves, and what was written when."""

from django.db import models

from central.store.models.append_only import AppendOnly


class ReportSchedule(AppendOnly):
    """One report to be written again and again; it stands until a row says that it ended."""

    class Rhythm(models.TextChoices):
        """How often it is due."""

        DAILY = "daily"
        WEEKLY = "weekly"
        MONTHLY = "monthly"

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="report_schedules")
    kind = models.CharField(max_length=40, help_text="the report's word on the command line")
    form = models.CharField(max_length=4)
    rhythm = models.CharField(max_length=7, choices=Rhythm.choices)
    day = models.PositiveSmallIntegerField(
        default=0, help_text="weekly: Monday is 1; monthly: the day, or the month's last where it is shorter"
    )
    at_time = models.TimeField(help_text="by the school's clock")
    folder = models.CharField(max_length=500, help_text="one the configuration file allows")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    reason = models.CharField(max_length=255)


class ReportScheduleEnd(AppendOnly):
    """The end of a schedule; what was written stays."""

    schedule = models.OneToOneField(ReportSchedule, on_delete=models.PROTECT, related_name="end")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
    reason = models.CharField(max_length=255)


class ScheduledReport(AppendOnly):
    """One report written on schedule: for which day, when, and the digest of its first file."""

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.PROTECT, related_name="written")
    due_on = models.DateField()
    at = models.DateTimeField()
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "due_on"], name="scheduled_report_once")]
