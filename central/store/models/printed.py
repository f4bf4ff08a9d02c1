"""The class sheets that were printed, kits that print them without a server, and what kits brought."""

from django.db import models

from central.store.models.append_only import AppendOnly


class PaperKit(models.Model):
    """An encrypted file by which a staff laptop prints and keys sheets while central is down."""

    name = models.CharField(max_length=16, unique=True, help_text="random, as its hand-overs name it")
    public_key = models.CharField(max_length=64, help_text="of the key it signs with, 64 hex digits")
    first_serial = models.PositiveIntegerField(help_text="of the sheet numbers reserved for it")
    last_serial = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200, help_text="an employee number, or the part of the program")
    last_on = models.DateField(help_text="the last school day it knows classes of")
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=255, blank=True)


class PrintedSheet(AppendOnly):
    """One class sheet as it left the printer: its number, its class and days, and who stood on it."""

    section = models.ForeignKey("store.Section", on_delete=models.PROTECT, related_name="printed_sheets")
    number = models.CharField(max_length=8, unique=True, help_text="printed large at its top")
    serial = models.PositiveIntegerField(unique=True, help_text="what the number was made from")
    on_first = models.DateField()
    on_last = models.DateField()
    students = models.JSONField(help_text="student numbers in the order of its lines")
    printed_at = models.DateTimeField()
    printed_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="printed_sheets")
    kit = models.ForeignKey(
        PaperKit, on_delete=models.PROTECT, null=True, related_name="sheets", help_text="empty: the server"
    )

    class Meta:
        indexes = [models.Index(fields=["section", "on_first"], name="printed_class_day")]


class KitHandOver(AppendOnly):
    """One signed file a kit handed over: taken in once, whatever is tried with it again."""

    kit = models.ForeignKey(PaperKit, on_delete=models.PROTECT, related_name="hand_overs")
    sha256 = models.CharField(max_length=64, unique=True)
    signed = models.TextField(help_text="the file as it came")
    handed_over_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="hand_overs")
    handed_over_at = models.DateTimeField(help_text="as the laptop's clock said")
    imported_by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()
    records = models.PositiveIntegerField()
