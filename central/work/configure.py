"""Set how often stations do what they do, for the whole school or one of them, and say what is in force."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from central.errors import InputError, RefusedError
from central.store.models import AuditEvent, School, Station, StationConfig
from sync_agent.settable import SETTABLE

TAKEN_BACK: Final = "default"
"""What is typed in place of a number to take a setting back."""

Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """Settings by their names; None takes one back. Without a station they are the whole school's."""

    station: str | None
    values: Values


@dataclass(frozen=True, slots=True)
class InForce:
    """A value that is set: since when, by whom, and whether for one station alone."""

    value: float
    at: datetime
    by: str
    station: str | None


def read(words: Iterable[str]) -> Values:
    """Return the settings of `name=value` words.

    Raises InputError naming every one that cannot be set, or not to that.
    """
    values: dict[str, float | None] = {}
    problems = []
    for word in words:
        name, _, text = word.partition("=")
        if name not in SETTABLE:
            problems.append(f"{name!r} cannot be set; there are {', '.join(SETTABLE)}")
        elif text == TAKEN_BACK:
            values[name] = None
        else:
            value = SETTABLE[name].read(_number(text))
            values[name] = value
            if value is None:
                problems.append(f"{word}: give {allowed(name)}, or {TAKEN_BACK}")
    if problems:
        msg = "nothing was set"
        raise InputError(msg, problems)
    return values


def allowed(name: str) -> str:
    """Return in words what a setting may be."""
    setting = SETTABLE[name]
    number = "a whole number of seconds" if setting.is_whole else "seconds"
    return f"{number} from {setting.least_s:g} to {setting.most_s:g}"


def configure(wish: Wish, now: datetime, by: str) -> bool:
    """Set what is wished and tell whether that is new.

    Raises RefusedError for a station that is not in use.
    """
    with transaction.atomic():
        school = School.objects.get()
        station = _station(school, wish.station)
        said = _said(school, station)
        news = {
            name: value
            for name, value in wish.values.items()
            if value != (said[name].value if name in said else None)
        }
        if news:
            StationConfig.objects.create(school=school, station=station, values=news, by=by, at=now)
            subject = station.code if station else school.code
            AuditEvent.objects.create(at=now, by=by, verb="configure", subject=subject, detail=news)
    return bool(news)


def in_force(station: str | None = None) -> dict[str, InForce]:
    """Return what is set at a station, or for the whole school, by name; the rest is as it was delivered.

    Raises RefusedError for a station that is not in use.
    """
    school = School.objects.get()
    found = _station(school, station)
    everywhere = _said(school, None)
    return everywhere if found is None else everywhere | _said(school, found)


def values_of(stations: Iterable[Station], school: School) -> dict[str, dict[str, float]]:
    """Return by station code what each is set to."""
    changes: dict[str | None, list[StationConfig]] = defaultdict(list)
    for change in StationConfig.objects.filter(school=school).order_by("pk"):
        changes[change.station_id].append(change)
    everywhere = _fold(changes[None])
    return {
        station.code: {
            name: one.value for name, one in sorted((everywhere | _fold(changes[station.code])).items())
        }
        for station in stations
    }


def _station(school: School, code: str | None) -> Station | None:
    if code is None:
        return None
    station = Station.objects.filter(school=school, code=code, retired_at=None).first()
    if station is None:
        msg = f"there is no station {code} in use; rollbook-central check --stations lists them"
        raise RefusedError(msg)
    return station


def _said(school: School, station: Station | None) -> dict[str, InForce]:
    """Return what was last said of each setting for exactly this station, or for the whole school."""
    return _fold(StationConfig.objects.filter(school=school, station=station).order_by("pk"))


def _fold(changes: Iterable[StationConfig]) -> dict[str, InForce]:
    said: dict[str, InForce] = {}
    for change in changes:
        for name, value in change.values.items():
            said.pop(name, None)
            # What an earlier release allowed may be out of bounds in this one.
            if name in SETTABLE and SETTABLE[name].read(value) is not None:
                said[name] = InForce(value, change.at, change.by, change.station_id)
    return said


def _number(text: str) -> float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None
