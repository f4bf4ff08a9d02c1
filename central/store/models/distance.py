"""Learning while a school is closed: who took part how, what was lent, what was agreed with partners."""

from django.db import models

from central.store.models.append_only import AppendOnly


class CheckInVerdict(AppendOnly):
    """Whether certificated staff stand behind a check-in from afar; the last row of one counts."""

    check_in = models.ForeignKey("store.CheckIn", on_delete=models.PROTECT, related_name="verdicts")
    is_verified = models.BooleanField()
    says = models.CharField(max_length=255, help_text="by what it was verified, or why not")
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="check_in_verdicts")
    at = models.DateTimeField()


class Participation(AppendOnly):
    """A student's daily participation while school is closed; the last row of a day and way counts."""

    class Way(models.TextChoices):
        """What it was (the school's procedure, 10.4 b)."""

        ASSIGNMENT = "assignment", "completed an assignment"
        DISCUSSION = "discussion", "took part in a discussion"
        CONTACT = "contact", "was in contact with certificated staff"

    emergency = models.ForeignKey("store.Emergency", on_delete=models.PROTECT, related_name="participations")
    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="participations")
    on = models.DateField()
    way = models.CharField(max_length=10, choices=Way.choices)
    evidence = models.CharField(max_length=255)
    is_withdrawn = models.BooleanField(default=False)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="participations")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["emergency", "on"], name="participation_day")]


class HotspotLoan(AppendOnly):
    """A hotspot lent to a student without internet at home."""

    emergency = models.ForeignKey("store.Emergency", on_delete=models.PROTECT, related_name="hotspots")
    student = models.ForeignKey("store.Student", on_delete=models.PROTECT, related_name="hotspots")
    device = models.CharField(max_length=40, help_text="the number on the device")
    lent_on = models.DateField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="hotspots")
    at = models.DateTimeField()


class HotspotReturn(AppendOnly):
    """That a lent hotspot came back, or did not; the last row counts."""

    loan = models.ForeignKey(HotspotLoan, on_delete=models.PROTECT, related_name="returns")
    on = models.DateField()
    is_back = models.BooleanField(help_text="false where it is lost")
    says = models.CharField(max_length=255)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="hotspot_returns")
    at = models.DateTimeField()


class PartnerChange(AppendOnly):
    """A change of how attendance is reported to a WIOA partner during an emergency, as it was told them."""

    emergency = models.ForeignKey("store.Emergency", on_delete=models.PROTECT, related_name="partner_changes")
    partner = models.CharField(max_length=100)
    what = models.CharField(max_length=500)
    told_on = models.DateField()
    evidence = models.CharField(max_length=255, help_text="where the message to the partner is kept")
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="partner_changes")
    at = models.DateTimeField()


class PartnerAnswer(AppendOnly):
    """What the WIOA authority answered to a change; the last row counts."""

    change = models.ForeignKey(PartnerChange, on_delete=models.PROTECT, related_name="answers")
    is_approved = models.BooleanField()
    on = models.DateField()
    who = models.CharField(max_length=100, help_text="who of the authority answered")
    evidence = models.CharField(max_length=255)
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="partner_answers")
    at = models.DateTimeField()
