"""The days of a student's year as bits: a projection of the records, never the truth."""

from django.db import models


class StudentYear(models.Model):
    """One student, school year, track and grade span; bit n of each plane is July 1 plus n days.

    Little-endian, 46 bytes for 366 days. Equal to what a rebuild from the records makes of it.
    """

    school_year = models.ForeignKey(
        "store.SchoolYear", on_delete=models.CASCADE, related_name="student_years"
    )
    student = models.ForeignKey("store.Student", on_delete=models.CASCADE, related_name="student_years")
    track = models.ForeignKey("store.Track", on_delete=models.CASCADE, related_name="student_years")
    span = models.CharField(max_length=7, help_text="TK/K-3, 4-6, 7-8, 9-12")
    modality = models.CharField(max_length=20, default="classroom")
    enrolled = models.BinaryField(max_length=46)
    attended = models.BinaryField(max_length=46, help_text="days that may be claimed")
    absent = models.BinaryField(max_length=46, help_text="certified absent from every class of the day")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_year", "student", "track", "span", "modality"], name="student_year_once"
            )
        ]
