"""Published: how much is on file of each day and track: who attended, and what evidence there is."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from central.store.models import AttendanceRecord, CalendarDay, PaperLine, SchoolYear, Tap

_Mark, _Stage = AttendanceRecord.Mark, AttendanceRecord.Stage
_COUNTS = (_Stage.CERTIFIED, _Stage.SUBMITTED, _Stage.CONFIRMED)
Key = tuple[str, date]
"""A track's code, and a date."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is still on file of one day of one track."""

    records: int
    certified: int
    paper_lines: int
    taps: int
    """Of the whole school: a tap has no track before it is a record."""


def attended(year: SchoolYear, since: date, until: date) -> dict[Key, int]:
    """Return how many students have a certified presence on each day of each track."""
    rows = AttendanceRecord.objects.filter(
        section__school_year=year, on__range=(since, until), mark=_Mark.PRESENT, stage__in=_COUNTS
    ).exclude(section__track=None)
    counted = rows.values_list("section__track__code", "on").annotate(Count("student", distinct=True))
    return {(track, on): count for track, on, count in counted.order_by("section__track__code", "on")}


def taught(year: SchoolYear, since: date, until: date) -> dict[str, list[date]]:
    """Return the days each track is taught, in order."""
    found: dict[str, list[date]] = defaultdict(list)
    rows = CalendarDay.objects.filter(track__school_year=year, is_taught=True, on__range=(since, until))
    for track, on in rows.order_by("track__code", "on").values_list("track__code", "on"):
        found[track].append(on)
    return dict(found)


def usual_minutes(year: SchoolYear) -> dict[str, int]:
    """Return the minutes most days of each track offer, where the calendar says minutes."""
    rows = CalendarDay.objects.filter(
        track__school_year=year, is_taught=True, minutes_offered__isnull=False
    ).values_list("track__code", "minutes_offered")
    counted: dict[str, Counter[int]] = defaultdict(Counter)
    for track, minutes in rows:
        if minutes is not None:
            counted[track][minutes] += 1
    return {track: max(counts, key=lambda each: (counts[each], each)) for track, counts in counted.items()}


def held(year: SchoolYear, days: set[date]) -> dict[Key, Held]:
    """Return what is on file of some days, track by track."""
    records = AttendanceRecord.objects.filter(section__school_year=year, on__in=days).exclude(
        stage=_Stage.REMOVED
    )
    of_track = Counter(records.values_list("section__track__code", "on"))
    signed = Counter(records.filter(stage__in=_COUNTS).values_list("section__track__code", "on"))
    lines = PaperLine.objects.filter(sheet__section__school_year=year, sheet__on__in=days)
    paper = Counter(lines.values_list("sheet__section__track__code", "sheet__on"))
    taps = Counter(Tap.objects.filter(school=year.school_id, on__in=days).values_list("on", flat=True))
    tracks = year.tracks.values_list("code", flat=True)
    return {
        (track, on): Held(of_track[track, on], signed[track, on], paper[track, on], taps[on])
        for track in tracks
        for on in sorted(days)
    }
