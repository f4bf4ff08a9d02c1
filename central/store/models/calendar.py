"""School years, tracks and the days each track is taught."""

from django.db import models


class SchoolYear(models.Model):
    """July 1 to June 30 (EC 37200), named by its two calendar years."""

    school = models.ForeignKey("store.School", on_delete=models.PROTECT, related_name="years")
    name = models.CharField(max_length=7, help_text="2024-25")
    audited_on = models.DateField(null=True, help_text="when the year's audit was completed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="year_once")]

    def __str__(self) -> str:
        """Show the year as schools write it."""
        return self.name


class Track(models.Model):
    """Students sharing one calendar within a year."""

    school_year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT, related_name="tracks")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_year", "code"], name="track_once")]

    def __str__(self) -> str:
        """Show the track's code."""
        return self.code


class CalendarDay(models.Model):
    """What one date is for one track; a date without a row is not taught."""

    class Kind(models.TextChoices):
        """Why a date is as it is."""

        REGULAR = "regular"
        MINIMUM = "minimum"
        MAKE_UP = "make-up"
        HOLIDAY = "holiday"
        STAFF = "staff"
        CLOSURE = "closure"

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="days")
    on = models.DateField()
    is_taught = models.BooleanField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    minutes_offered = models.PositiveSmallIntegerField(null=True)
    minutes_on_site = models.PositiveSmallIntegerField(
        null=True, help_text="of these, at the school site under a certificated employee"
    )
    minutes_required = models.PositiveSmallIntegerField(
        null=True, help_text="for which the school requires its students at the site"
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "on"], name="day_once_a_track")]


class GradeMinutes(models.Model):
    """The minutes of one grade on one date, where they are not those of the whole track."""

    day = models.ForeignKey(CalendarDay, on_delete=models.CASCADE, related_name="grades")
    grade = models.CharField(max_length=4, help_text="TK, K, 1 to 12")
    minutes_offered = models.PositiveSmallIntegerField()
    minutes_on_site = models.PositiveSmallIntegerField(null=True)
    minutes_required = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "grade"], name="minutes_once_a_grade")]


class ExcludedWeek(models.Model):
    """A winter-vacation week left out of the school months (EC 37201), a decision somebody made."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="excluded_weeks")
    monday = models.DateField()
    decided_by = models.CharField(max_length=200)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "monday"], name="week_excluded_once")]
