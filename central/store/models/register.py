"""What people brought for the requirements the school answers for, and legal holds on its records."""

from django.db import models

from central.store.models.append_only import AppendOnly


class RequirementEvidence(AppendOnly):
    """A dated document or answer for one row of the requirements register."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="requirement_evidence")
    row = models.CharField(max_length=60, help_text="the row's key in the register")
    since = models.DateField()
    until = models.DateField(null=True)
    says = models.CharField(max_length=1000, blank=True)
    document = models.CharField(max_length=255, blank=True, help_text="where the document is kept")
    sha256 = models.CharField(max_length=64, blank=True)
    is_withdrawn = models.BooleanField(default=False)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="requirement_evidence")
    at = models.DateTimeField()


class LegalHold(AppendOnly):
    """Records of a school year that must not be destroyed, or the end of such a hold."""

    school_year = models.ForeignKey("store.SchoolYear", on_delete=models.PROTECT, related_name="holds")
    name = models.CharField(max_length=60)
    is_lifted = models.BooleanField(default=False)
    reason = models.CharField(max_length=255)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="holds")
    at = models.DateTimeField()
