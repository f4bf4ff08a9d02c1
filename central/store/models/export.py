"""What was given to other systems as files, and every line that must not be given a second time."""

from django.db import models

from central.store.models.append_only import AppendOnly


class ExportedFile(AppendOnly):
    """A file as it left, byte for byte: what another system was told can be shown years later."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="exported_files")
    kind = models.CharField(max_length=24, help_text="the word of the export, like ic-positive")
    name = models.CharField(max_length=200)
    data = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    since = models.DateField()
    until = models.DateField()
    by = models.ForeignKey("store.Staff", on_delete=models.PROTECT, related_name="exported_files")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["school", "kind"], name="exported_file_kind")]


class ExportedLine(AppendOnly):
    """What another system was told under one key; the last revision is what it has, as far as we know."""

    class Operation(models.TextChoices):
        """What the other system was to do with the line."""

        GIVEN = "given"
        BY_HAND = "by hand"
        """It takes no changes by file: the line stood on the list somebody keys there."""
        TAKEN_BACK = "taken back"

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="exported_lines")
    system = models.CharField(max_length=24, help_text="the word of the export, like ic-positive")
    key = models.CharField(max_length=200, help_text="what the other system knows the line by")
    revision = models.PositiveIntegerField(help_text="1 for the first time the key was given")
    operation = models.CharField(max_length=10, choices=Operation.choices)
    content = models.TextField(help_text="what was said under the key")
    file = models.ForeignKey(ExportedFile, on_delete=models.PROTECT, related_name="lines")

    class Meta:
        constraints = [
            # Whoever else exports at the same moment: a line is given once.
            models.UniqueConstraint(
                fields=["school", "system", "key", "revision"], name="exported_line_once_a_revision"
            )
        ]
