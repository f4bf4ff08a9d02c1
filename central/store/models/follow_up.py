"""What people did about what was found: faults, absences followed up, exceptions, samples drawn."""

from django.db import models

from central.store.models.append_only import AppendOnly


class FaultReport(AppendOnly):
    """Something broken or wrong, as somebody who saw it said."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="faults")
    at = models.DateTimeField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, null=True, related_name="faults")
    by_student = models.ForeignKey(
        "store.Student", on_delete=models.PROTECT, null=True, related_name="faults"
    )
    station = models.ForeignKey("store.Station", on_delete=models.PROTECT, null=True, related_name="faults")
    page = models.CharField(max_length=200, blank=True, help_text="the address it was reported from")
    says = models.CharField(max_length=500)


class FaultStep(AppendOnly):
    """One step of a reported fault; the last one counts, none means nobody looked yet."""

    class State(models.TextChoices):
        """How far it is."""

        TAKEN = "taken"
        SOLVED = "solved"
        ESCALATED = "escalated"

    fault = models.ForeignKey(FaultReport, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=State.choices)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, null=True, related_name="fault_steps")
    at = models.DateTimeField()
    says = models.CharField(max_length=255, blank=True)


class InterventionStep(AppendOnly):
    """One step of following up a student's absence; what calls for it is computed, never kept."""

    class State(models.TextChoices):
        """What was done."""

        CONTACTED = "contacted"
        PLANNED = "planned"
        CLOSED = "closed"

    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="interventions")
    reason_kind = models.CharField(max_length=30, help_text="what called for it")
    since = models.DateField(help_text="the first day of what called for it")
    state = models.CharField(max_length=10, choices=State.choices)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="interventions")
    at = models.DateTimeField()
    says = models.CharField(max_length=255)


class ExceptionStep(AppendOnly):
    """A person's answer to one line of the exceptions; the last row of a key counts."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="exception_steps")
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120, help_text="what the list calls the line")
    is_settled = models.BooleanField(default=True)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="exception_steps")
    at = models.DateTimeField()
    reason = models.CharField(max_length=255)

    class Meta:
        indexes = [models.Index(fields=["school", "kind", "key"], name="exception_key")]


class AuditSample(AppendOnly):
    """A school's own audit: which records were drawn, and the seed that draws them again."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="audit_samples")
    since = models.DateField()
    until = models.DateField()
    seed = models.PositiveBigIntegerField()
    records = models.JSONField(help_text="the records drawn, by primary key, in their order")
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="audit_samples")
    at = models.DateTimeField()


class AuditSampleCheck(AppendOnly):
    """What was found of one record of a sample; the last row of a record counts."""

    sample = models.ForeignKey(AuditSample, on_delete=models.PROTECT, related_name="checks")
    record = models.ForeignKey("store.AttendanceRecord", on_delete=models.PROTECT, related_name="checks")
    is_right = models.BooleanField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="sample_checks")
    at = models.DateTimeField()
    says = models.CharField(max_length=255, blank=True)
