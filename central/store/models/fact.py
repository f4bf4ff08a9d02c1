"""The dated facts that decide whether a student's day may be claimed, and why somebody was absent."""

from django.db import models

from central.store.models.append_only import AppendOnly


class ProgrammeAgreement(AppendOnly):
    """A school's written agreement with a workforce partner (EC 47612.1); the last row of a name counts."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="agreements")
    name = models.CharField(max_length=60, help_text="what the school calls the agreement")
    partner = models.CharField(max_length=20, help_text="WIOA, YouthBuild, Job Corps, conservation corps")
    is_exclusive = models.BooleanField(help_text="instruction is exclusively in this partnership")
    since = models.DateField()
    until = models.DateField(null=True)
    is_withdrawn = models.BooleanField(default=False)
    evidence = models.CharField(max_length=255, help_text="where the signed document is kept")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()


class StudentFact(AppendOnly):
    """One dated fact about a student with the evidence for it; the last row of a kind and start counts."""

    class Kind(models.TextChoices):
        """What may be known of a student."""

        RESIDENCY = "residency"
        DIPLOMA = "diploma"
        DIPLOMA_COURSE_AT_19 = "diploma course at 19"
        UNBROKEN_SINCE_19 = "unbroken since 19"
        PROGRESS = "progress"
        IMMUNIZATION = "immunization"
        IMMUNIZATION_EXEMPTION = "immunization exemption"
        ENGLISH_LEARNER = "english learner"
        FREE_OR_REDUCED_MEALS = "free or reduced meals"
        FOSTER = "foster"
        SPECIAL_EDUCATION = "special education"
        WIOA = "wioa"
        AEBG = "aebg"
        CONCURRENT_COLLEGE = "concurrent college"
        PRIOR_RECOVERY_DAYS = "prior recovery days"
        ABSENCE_EXEMPTION = "absence exemption"

    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    since = models.DateField()
    until = models.DateField(null=True, help_text="last day, inclusive; empty while it holds")
    value = models.CharField(max_length=60, blank=True, help_text="a number or word where the kind has one")
    is_withdrawn = models.BooleanField(default=False)
    evidence = models.CharField(max_length=255, help_text="which proof was seen, and where it is kept")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["student", "kind", "since"], name="student_fact")]


class AbsenceNote(AppendOnly):
    """Why a student was absent on a day, as the office noted it; the last row of a day counts."""

    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="absence_notes")
    on = models.DateField()
    code = models.CharField(max_length=20, help_text="a code of central.law.absence")
    reason = models.CharField(max_length=255, blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["student", "on"], name="absence_note_day")]
