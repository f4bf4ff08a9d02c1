"""The lines of Today: a class of the day as it is shown, and since when its station is silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.dateformat import time_format

from central.store.evidence import Contact
from central.store.queries.day_classes import ClassState, DayClass
from central.work.room_state import silent_since

_KEPT = "!$&'()*+,;=/~:@"
_TO = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Line:
    """One class on the page, in words and figures."""

    address: str
    title: str
    code: str
    hours: str
    """From when to when; empty where no hours are on file."""
    begins: str
    room: str
    teachers: str
    figures: tuple[int, int, int, int, int, int]
    """Expected, here, late, absent, missing and unknown."""
    silent: str
    """Since which hour the room's station is silent while the class is held; empty while it is not."""
    state: ClassState
    signed: tuple[str, datetime] | None

    @property
    def where(self) -> str:
        """The class's code and when it begins."""
        return f"{self.code} · {self.begins}" if self.begins else self.code


class Lines:
    """Makes the lines of one day."""

    def __init__(
        self, on: date, now: datetime, zone: ZoneInfo, contacts: Mapping[str, Contact] | None
    ) -> None:
        """Take when each station was last heard of; None where that says nothing of the day."""
        self._on, self._now, self._zone, self._contacts = on, now, zone, contacts
        # One address is asked for, and each class's code put into it as Django would.
        self._head, self._tail = reverse("session", args=["CODE", on.isoformat()]).split("CODE")
        # Hundreds of classes begin at a handful of hours.
        self._clock = cache(lambda hour: time_format(hour, "g:i A"))

    def of(self, each: DayClass) -> Line:
        """Return a class's line."""
        section, counted = each.section, each.counted
        begins, ends = (self._clock(hour) if hour else "" for hour in (each.starts, each.ends))
        return Line(
            address=f"{self._head}{quote(section.code, safe=_KEPT)}{self._tail}",
            title=section.title,
            code=section.code,
            hours=f"{begins} {_TO} {ends}" if begins else "",
            begins=begins,
            room=section.room.name if section.room else "",
            teachers="; ".join(each.teachers),
            figures=(
                each.expected,
                counted["present"],
                counted["late"],
                counted["absent"],
                each.missing,
                each.unknown,
            ),
            silent=self._silent(each),
            state=each.state,
            signed=each.signed,
        )

    def _silent(self, each: DayClass) -> str:
        if self._contacts is None or each.station is None or each.starts is None or each.ends is None:
            return ""
        starts_at, ends_at = self._at(each.starts), self._at(each.ends)
        since = silent_since(self._contacts.get(each.station), (starts_at, ends_at), self._now)
        return self._clock(since.astimezone(self._zone).time()) if since else ""

    def _at(self, hour: time) -> datetime:
        return datetime.combine(self._on, hour, self._zone)
