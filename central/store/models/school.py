"""A school, its rooms, its class sections and when they meet."""

from django.db import models


class School(models.Model):
    """One school; every other row leads back to one, so that a district can part its data by school."""

    code = models.CharField(max_length=14, unique=True, help_text="CDS code or the roster's identifier")
    lea_code = models.CharField(max_length=14, blank=True)
    name = models.CharField(max_length=200)
    lea_name = models.CharField(max_length=200, blank=True)
    source_id = models.CharField(max_length=255, blank=True, help_text="OneRoster sourcedId")
    time_zone = models.CharField(max_length=64, default="America/Los_Angeles")
    kind = models.CharField(max_length=8, default="charter", help_text="charter, district or coe")
    is_conversion = models.BooleanField(
        default=False, help_text="a conversion charter that keeps its previous schedule (EC 47612(d)(3))"
    )
    facts_kept_since = models.DateField(
        null=True, help_text="from this day on a day counts only with the dated facts that allow it"
    )
    is_practice = models.BooleanField(
        default=False, help_text="A practice school's numbers are never claimed"
    )

    def __str__(self) -> str:
        """Name the school as its people do."""
        return self.name


class Room(models.Model):
    """A place with at most one station in use."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="room_once")]


class Section(models.Model):
    """A class that meets: its course title, its room, its track."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="sections")
    school_year = models.ForeignKey("store.SchoolYear", on_delete=models.PROTECT, related_name="sections")
    track = models.ForeignKey("store.Track", on_delete=models.PROTECT, null=True, related_name="sections")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="sections")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    periods = models.CharField(max_length=60, blank=True)
    since = models.DateField()
    until = models.DateField(help_text="last day, inclusive")
    source_id = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "school_year", "code"], name="section_once"),
            models.UniqueConstraint(
                fields=["school", "school_year", "source_id"], name="section_source_once"
            ),
        ]

    def __str__(self) -> str:
        """Show the title and code a teacher knows."""
        return f"{self.title} ({self.code})"


class Meeting(models.Model):
    """When a section meets on one weekday: one line of the bell schedule, in the school's own time."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="meetings")
    weekday = models.PositiveSmallIntegerField(help_text="0 Monday to 6 Sunday")
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["section", "weekday"], name="meeting_once"),
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="meeting_ends_after_start"
            ),
        ]
