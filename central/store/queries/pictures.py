"""Published: what charts count straight from records and taps."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import ExtractHour

from central.domain.calendar import DateSpan
from central.store.models import AttendanceRecord, CalendarDay, Meeting, School, Section, Station, Tap

_COUNTS = ("certified", "submitted", "confirmed")


@dataclass(frozen=True, slots=True)
class SeenDay:
    """One record of a section's student: its day, mark and stage."""

    student: str
    name: str
    on: date
    mark: str
    stage: str
    is_tardy: bool


def student_days(school: School, span: DateSpan) -> tuple[int, int]:
    """Return how many student-days have a record of presence, and how many a certified one."""
    rows = AttendanceRecord.objects.filter(school=school, mark="present", on__range=_ends(span))
    seen = rows.exclude(stage="removed").values("student", "on").distinct()
    return seen.count(), seen.filter(stage__in=_COUNTS).count()


def arrival_minutes(school: School, span: DateSpan) -> Iterator[int]:
    """Yield, for each first arrival at a class, the whole minutes from its bell, rounded down."""
    zone = ZoneInfo(school.time_zone)
    starts = {
        (section, weekday): at
        for section, weekday, at in Meeting.objects.filter(section__school=school).values_list(
            "section", "weekday", "starts"
        )
    }
    rows = AttendanceRecord.objects.filter(school=school, on__range=_ends(span), first_in_at__isnull=False)
    for section, on, came_at in rows.exclude(stage="removed").values_list("section", "on", "first_in_at"):
        bell = starts.get((section, on.weekday()))
        if bell is not None and came_at is not None:
            yield _minutes(came_at, datetime.combine(on, bell, zone))


def section_days(section: Section, span: DateSpan) -> list[SeenDay]:
    """Return a section's records of some dates, students by name."""
    rows = AttendanceRecord.objects.filter(section=section, on__range=_ends(span)).exclude(stage="removed")
    rows = rows.select_related("student")
    return [
        SeenDay(row.student.number, str(row.student), row.on, row.mark, row.stage, row.is_tardy)
        for row in rows.order_by("student__family_name", "student__given_name", "on")
    ]


def taught_on(section: Section, span: DateSpan) -> list[date]:
    """Return the days of a span on which a section meets and its track is taught."""
    weekdays = set(section.meetings.values_list("weekday", flat=True))
    days = CalendarDay.objects.filter(track=section.track_id, is_taught=True, on__range=_ends(span))
    return [on for on in days.order_by("on").values_list("on", flat=True) if on.weekday() in weekdays]


def taps_by_hour(school: School, on: date) -> dict[str, dict[int, int]]:
    """Return how many taps each station heard in each hour of the school's clocks on a date."""
    hour = ExtractHour("earliest_at", tzinfo=ZoneInfo(school.time_zone))
    rows = Tap.objects.filter(school=school, on=on).annotate(hour=hour).values_list("station", "hour")
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for station, at, count in rows.annotate(count=Count("pk")):
        found[station][at] = count
    return found


def stations_used(school: School, on: date) -> list[tuple[str, int, str]]:
    """Return each station in use on a date: its code, its room's key and the room's name."""
    rows = Station.objects.filter(school=school, commissioned_at__date__lte=on).exclude(
        retired_at__date__lt=on
    )
    return list(rows.order_by("room__name", "code").values_list("code", "room", "room__name"))


def class_hours(school: School, on: date) -> dict[int, set[int]]:
    """Return the hours of a date in which a class begins or goes on, by the key of its room."""
    taught = CalendarDay.objects.filter(track__school_year__school=school, on=on, is_taught=True)
    rows = Meeting.objects.filter(
        section__school=school,
        weekday=on.weekday(),
        section__since__lte=on,
        section__until__gte=on,
        section__room__isnull=False,
        section__track__in=taught.values("track"),
    )
    found: dict[int, set[int]] = defaultdict(set)
    for room, starts, ends in rows.values_list("section__room", "starts", "ends"):
        found[room].update(range(starts.hour, _last_hour(ends) + 1))
    return found


def last_day_with_taps(school: School) -> date | None:
    """Return the newest day a tap is known of."""
    rows = Tap.objects.filter(school=school, on__isnull=False)
    return rows.order_by("-on").values_list("on", flat=True).first()


def _ends(span: DateSpan) -> tuple[date, date]:
    return span.since, span.until or date.max


def _minutes(came_at: datetime, bell_at: datetime) -> int:
    return int((came_at - bell_at).total_seconds() // 60)


def _last_hour(ends: time) -> int:
    return ends.hour if ends.minute else ends.hour - 1
