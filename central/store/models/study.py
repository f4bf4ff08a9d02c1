"""Independent study: agreements with their signatures, and the time value of work."""

from django.db import models

from central.store.models.append_only import AppendOnly


class StudyAgreement(models.Model):
    """A written agreement for independent study (EC 51747)."""

    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="study_agreements")
    code = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField()
    missing = models.CharField(max_length=255, blank=True, help_text="required elements it lacks, by comma")
    evidence = models.CharField(max_length=255, help_text="where the signed document is kept")
    is_withdrawn = models.BooleanField(default=False, help_text="it never stood; the audit log says why")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "code"], name="study_agreement_once"),
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="study_agreement_ends_after_start"
            ),
        ]


class StudySignature(AppendOnly):
    """One party's signature under an agreement, with its date."""

    agreement = models.ForeignKey(StudyAgreement, on_delete=models.PROTECT, related_name="signatures")
    signer = models.CharField(max_length=20, help_text="student, parent, supervisor, special education")
    signed_on = models.DateField()
    by = models.CharField(max_length=200)
    at = models.DateTimeField()


class StudyWork(AppendOnly):
    """What one student's work of one school day was worth; the last row of a day counts."""

    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="study_work")
    on = models.DateField()
    work_minutes = models.PositiveSmallIntegerField(help_text="time value of evaluated work")
    synchronous_minutes = models.PositiveSmallIntegerField()
    is_engaged = models.BooleanField(help_text="engaged in an educational activity that very day")
    evaluated_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="study_work")
    evaluated_on = models.DateField()
    due_on = models.DateField(help_text="last day of the assignment period")
    handed_in_on = models.DateField()
    evidence = models.CharField(max_length=255, blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["student", "on"], name="study_work_day")]


class StudyStaffing(AppendOnly):
    """Full-time equivalents of certificated staff in independent study and elsewhere; the last row counts."""

    school_year = models.ForeignKey(
        "store.SchoolYear", on_delete=models.PROTECT, related_name="study_staffing"
    )
    study_fte_hundredths = models.PositiveIntegerField(help_text="1200 is 12.00 full-time equivalents")
    other_ratio_hundredths = models.PositiveIntegerField(
        null=True, help_text="students a teacher in all other programmes; empty for 25 to 1"
    )
    by = models.CharField(max_length=200)
    at = models.DateTimeField()
