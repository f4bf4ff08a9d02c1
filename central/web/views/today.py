"""The first page: the day's classes and how far their attendance has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from central.store.evidence import Contact, Evidence
from central.store.models import Staff
from central.store.queries.day_classes import ClassState, DayClass, classes_of
from central.web import clock
from central.web.access import sections_seen_by
from central.web.dates import date_in
from central.web.views.day_lines import Line, Lines
from central.web.views.times import times_of
from central.work.tool_rights import Right, Tool, may

_ONE_S_OWN = {Staff.Role.TEACHER, Staff.Role.PARAEDUCATOR}
_FILTERS = ("room", "teacher", "state")


@dataclass(frozen=True, slots=True)
class Group:
    """The classes whose attendance has come equally far."""

    state: ClassState
    lines: Sequence[Line]


def today(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the classes of a day; the address says which day, and which room, teacher and state alone."""
    now, now_on = clock.now(), clock.today(staff.school)
    on = date_in(request.GET.get("on", ""), now_on)
    classes = classes_of(sections_seen_by(staff, on), on)
    contacts, zone = _contacts(on == now_on), ZoneInfo(staff.school.time_zone)
    asked = {name: request.GET.get(name, "") for name in _FILTERS}
    lines = Lines(on, now, zone, contacts)
    shown = [lines.of(each) for each in classes if _is_asked_for(each, asked)]
    page = {
        "on": on,
        "is_today": on == now_on,
        "before": on - timedelta(1),
        "after": on + timedelta(1),
        "lines": shown,
        "groups": _groups(shown),
        "is_own": staff.role in _ONE_S_OWN,
        "has_classes": bool(classes),
        "asked": asked,
        "choices": _choices(classes),
        "left_over": _left_over(classes, _is_over(classes, on, now, zone)),
        "times_waiting": times_of(staff).count() if may(staff, Tool.TIMES, Right.READ) else 0,
    }
    return render(request, "web/today.html", page)


def _contacts(is_today: bool) -> dict[str, Contact] | None:  # noqa: FBT001  the one thing it depends on
    """Return when each station was last heard of; None on other days, when it says nothing."""
    return Evidence(settings.CONFIG.evidence_at).contacts() if is_today else None


def _is_asked_for(each: DayClass, asked: dict[str, str]) -> bool:
    return (
        asked["room"] in {"", _room(each)}
        and (not asked["teacher"] or asked["teacher"] in each.teachers)
        and asked["state"] in {"", each.state}
    )


def _room(each: DayClass) -> str:
    return each.section.room.name if each.section.room else ""


def _choices(classes: Sequence[DayClass]) -> dict[str, list[str]]:
    return {
        "room": sorted({_room(each) for each in classes} - {""}),
        "teacher": sorted({name for each in classes for name in each.teachers}),
        "state": [state for state in ClassState if any(each.state is state for each in classes)],
    }


def _groups(lines: Iterable[Line]) -> list[Group]:
    found: dict[ClassState, list[Line]] = {state: [] for state in ClassState}
    for line in lines:
        found[line.state].append(line)
    return [Group(state, those) for state, those in found.items() if those]


def _is_over(classes: Iterable[DayClass], on: date, now: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the last class of a day has ended."""
    last = max((each.ends for each in classes if each.ends), default=time.max)
    return now > datetime.combine(on, last, zone)


def _left_over(classes: Iterable[DayClass], is_over: bool) -> dict[str, int] | None:  # noqa: FBT001  as above
    """Count what is not submitted once the day is over; None before, and when nothing is left."""
    states = [each.state for each in classes]
    certified = states.count(ClassState.CERTIFIED)
    waiting = states.count(ClassState.OPEN) + states.count(ClassState.CHANGED)
    return {"waiting": waiting, "certified": certified} if is_over and (waiting or certified) else None
