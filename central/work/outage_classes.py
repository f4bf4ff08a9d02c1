"""Tell which classes an outage touched, and for which the paper is in, still missing, or not needed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q

from central.domain.adjudication import Span
from central.store.models import (
    AttendanceRecord,
    PaperLine,
    Placement,
    School,
    Section,
    SessionCertification,
    Tap,
)
from central.store.timetable import Bell, Timetable
from central.work.outage_state import Standing

_Session = tuple[int, date]


@dataclass(frozen=True, slots=True)
class TouchedClass:
    """One class's day in an outage: who belongs to it, who tapped all the same, what paper came in."""

    section: Section
    on: date
    placed: int
    tapped: int
    on_paper: int
    sheets: tuple[str, ...]
    is_certified: bool

    @property
    def is_missing(self) -> bool:
        """Tell whether paper is asked for: somebody has neither tapped nor a line, and nobody has signed."""
        return not self.sheets and self.tapped < self.placed and not self.is_certified


def touched(school: School, standing: Standing, now: datetime) -> list[TouchedClass]:
    """Return the classes held while an outage lasted, by day and hour, up to now.

    The paper of each must be kept: entry on a later day rests on it alone (R-REC-03).
    """
    found = list(_held(school, standing, now))
    sections = {section for section, _, _ in found}
    days = {on for _, on, _ in found}
    placed = _placed(sections, days)
    told = _told(sections, days)
    named = Section.objects.select_related("room").in_bulk(sections)
    return [
        TouchedClass(
            section=named[section],
            on=on,
            placed=placed[section, on],
            tapped=told.tapped[section, on],
            on_paper=told.on_paper[section, on],
            sheets=tuple(sorted(told.sheets.get((section, on), ()))),
            is_certified=(section, on) in told.certified,
        )
        for section, on, _ in found
    ]


def _held(school: School, standing: Standing, now: datetime) -> Iterator[tuple[int, date, Bell]]:
    zone = ZoneInfo(school.time_zone)
    since_at, until_at = standing.since_at, min(standing.span[1], now)
    timetable = Timetable(school)
    room = standing.outage.station.room_id if standing.outage.station else None
    on = since_at.astimezone(zone).date()
    while on <= until_at.astimezone(zone).date():
        bells = [bell for bell in timetable.bells(on) if room in {None, bell.room_id}]
        for bell in sorted(bells, key=lambda bell: (bell.starts, bell.section_id)):
            hours = datetime.combine(on, bell.starts, zone), datetime.combine(on, bell.ends, zone)
            if _touches((since_at, until_at), hours):
                yield bell.section_id, on, bell
        on += timedelta(days=1)


def _touches(span: Span, hours: Span) -> bool:
    return span[0] < hours[1] and hours[0] < span[1]


def _placed(sections: set[int], days: set[date]) -> Counter[_Session]:
    rows = Placement.objects.filter(section__in=sections).values_list("section_id", "since", "until")
    found: Counter[_Session] = Counter()
    for section, since, until in rows:
        for on in days:
            if since <= on and (until is None or on <= until):
                found[section, on] += 1
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    tapped: Counter[_Session]
    on_paper: Counter[_Session]
    sheets: dict[_Session, set[str]]
    certified: set[_Session]


def _told(sections: set[int], days: set[date]) -> _Told:
    records = AttendanceRecord.objects.filter(section__in=sections, on__in=days)
    records = records.exclude(stage=AttendanceRecord.Stage.REMOVED)
    lines = PaperLine.objects.filter(sheet__section__in=sections, sheet__on__in=days)
    lines = lines.exclude(outcome=PaperLine.Outcome.WITHDRAWN)
    taps = Tap.objects.filter(record=OuterRef("pk"))
    counted = records.values_list("section_id", "on").annotate(
        tapped=Count("pk", filter=Q(Exists(taps))),
        on_paper=Count("pk", filter=Q(Exists(lines.filter(record=OuterRef("pk"))))),
    )
    tapped: Counter[_Session] = Counter()
    on_paper: Counter[_Session] = Counter()
    for section, on, by_tap, by_paper in counted:
        tapped[section, on], on_paper[section, on] = by_tap, by_paper
    sheets: dict[_Session, set[str]] = {}
    for section, on, sheet in lines.values_list("sheet__section", "sheet__on", "sheet__sheet").distinct():
        sheets.setdefault((section, on), set()).add(sheet)
    signed = SessionCertification.objects.filter(section__in=sections, on__in=days)
    return _Told(tapped, on_paper, sheets, set(signed.values_list("section_id", "on")))
