"""Published: what is on file about emergencies: how long, which days, what is announced, how duties stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from central.domain.calendar import SATURDAY
from central.domain.emergency import Channel, Duty, DutyKind, Language
from central.law.continuity import Closing, duties
from central.store.models import (
    Announcement,
    AnnouncementSending,
    CalendarDay,
    Emergency,
    EmergencyDay,
    EmergencyStep,
    Track,
)

_SHORT = 5
"""The school's procedure tells closures of 1 to 5 days (10.3) from longer ones (10.4)."""


_ENDS = (EmergencyStep.Kind.EXPECTED, EmergencyStep.Kind.ENDED)


@dataclass(frozen=True, slots=True)
class End:
    """The last day of an emergency, and whether it is known or only expected."""

    on: date
    is_over: bool


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """One day of one track closed for an emergency, with what the calendar said before."""

    track: Track
    on: date
    row: EmergencyDay

    @property
    def minutes(self) -> int | None:
        """The minutes that were to be offered, where the calendar had said."""
        found = self.row.was.get("minutes_offered")
        return None if found is None else int(found)


@dataclass(frozen=True, slots=True)
class Announced:
    """One channel and language: its text and the proof that it was sent, as far as there are any."""

    channel: Channel
    language: Language
    text: Announcement | None
    sending: AnnouncementSending | None

    @property
    def is_open(self) -> bool:
        """Whether it still has to be written, or sent, or proven."""
        return self.sending is None


def end_of(emergency: Emergency) -> End:
    """Return the last day of an emergency by the last word on it."""
    last = next((step for step in reversed(steps_of(emergency)) if step.kind in _ENDS), None)
    if last is None:
        return End(emergency.expected_end, is_over=False)
    return End(last.on, is_over=last.kind == EmergencyStep.Kind.ENDED)


def is_withdrawn(emergency: Emergency) -> bool:
    """Tell whether somebody said there was no such emergency."""
    return any(step.kind == EmergencyStep.Kind.WITHDRAWN for step in steps_of(emergency))


def steps_of(emergency: Emergency) -> list[EmergencyStep]:
    """Return the words on an emergency, oldest first; those fetched with it are not asked for again."""
    return sorted(emergency.steps.all(), key=lambda step: step.pk)


def tracks_of(emergency: Emergency) -> list[Track]:
    """Return the tracks an emergency concerns, by their codes."""
    rows = Track.objects.filter(school_year=emergency.school_year_id).order_by("code")
    return list(rows.filter(code__in=emergency.tracks) if emergency.tracks else rows)


def closed_for(emergency: Emergency) -> list[ClosedDay]:
    """Return the days closed for an emergency and not opened again, by date and track."""
    last: dict[tuple[int, date], EmergencyDay] = {}
    for row in emergency.days.select_related("track", "by").order_by("pk"):
        last[row.track_id, row.on] = row
    kept = [ClosedDay(row.track, row.on, row) for row in last.values() if row.is_closed]
    return sorted(kept, key=lambda day: (day.on, day.track.code))


def is_extended(emergency: Emergency, closed: Sequence[ClosedDay]) -> bool:
    """Tell whether a closure is longer than the school's procedure calls short."""
    days = {day.on for day in closed}
    if not days:
        span = (end_of(emergency).on - emergency.first_day).days + 1
        days = {
            on
            for on in (date.fromordinal(emergency.first_day.toordinal() + n) for n in range(span))
            if on.weekday() < SATURDAY
        }
    return len(days) > _SHORT


def announcements_of(emergency: Emergency) -> list[Announced]:
    """Return every channel in every language, as far as it has come."""
    texts: dict[tuple[str, str], Announcement] = {}
    for row in emergency.announcements.select_related("by").order_by("pk"):
        texts[row.channel, row.language] = row
    sent: dict[int, AnnouncementSending] = {}
    rows = AnnouncementSending.objects.filter(announcement__in=texts.values()).select_related("by")
    for sending in rows.order_by("pk"):
        sent[sending.announcement_id] = sending
    found = []
    for channel in Channel:
        for language in Language:
            text = texts.get((channel, language))
            found.append(Announced(channel, language, text, sent.get(text.pk) if text else None))
    return found


def duties_of(emergency: Emergency, closed: Sequence[ClosedDay], today: date) -> tuple[Duty, ...]:
    """Return the dated duties of an emergency for which days were closed; none without."""
    if not closed:
        return ()
    done = {DutyKind(row.duty): row.on for row in emergency.proofs.order_by("pk")}
    first = min(day.on for day in closed)
    return duties(Closing(first, _taught_again_on(closed), done), today)


def _taught_again_on(closed: Sequence[ClosedDay]) -> date | None:
    """Return the first day on which every track that was closed had been taught again."""
    last: dict[int, date] = {}
    for day in closed:
        last[day.track.pk] = max(day.on, last.get(day.track.pk, day.on))
    again = []
    for track, on in last.items():
        taught = CalendarDay.objects.filter(track=track, on__gt=on, is_taught=True).order_by("on")
        again.append(taught.values_list("on", flat=True).first())
    known = [on for on in again if on is not None]
    return max(known) if len(known) == len(again) else None
