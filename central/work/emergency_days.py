"""Published: close days for an emergency, and open them again: the calendar itself is what changes."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction

from central.domain.calendar import SchoolYear as Year
from central.errors import RefusedError
from central.exchange.named_file import NamedFile
from central.store.models import CalendarDay, Emergency, EmergencyDay, Track
from central.store.queries.emergencies import closed_for, tracks_of
from central.work import calendar_desk
from central.work.calendar_desk import Desk
from central.work.calendars import CalendarWish
from central.work.emergencies import require_open
from central.work.recovery_act import Act
from central.work.tool_rights import Right

_COLUMNS = ("track", "date", "taught", "kind", "minutes", "on_site", "required", "note")
_KEPT = ("is_taught", "kind", "minutes_offered", "minutes_on_site", "minutes_required", "note")


def close(emergency: Emergency, days: Iterable[date], act: Act) -> int:
    """Make days of the emergency's tracks closures in the calendar and return how many became one.

    What the calendar said of each is kept. A day a track is not taught stays as it is. Records of a
    closed day stay on file, count for nothing and are pointed at. Raises RefusedError for somebody
    who may not change the calendar, for a day before the emergency, and where no day was to be taught.
    """
    wanted = _wanted(emergency, days, act)
    tracks = tracks_of(emergency)
    found = CalendarDay.objects.filter(track__in=tracks, on__in=wanted, is_taught=True)
    with transaction.atomic():
        rows = list(found.select_related("track").order_by("on", "track__code"))
        if not rows:
            msg = "none of these days was to be taught, so there is nothing to close"
            raise RefusedError(msg)
        for row in rows:
            EmergencyDay.objects.create(
                emergency=emergency,
                track=row.track,
                on=row.on,
                is_closed=True,
                was={name: getattr(row, name) for name in _KEPT},
                by=act.by,
                at=act.at,
            )
        note = f"emergency {emergency.code}: {emergency.nature}"[:200]
        closed = ("no", str(CalendarDay.Kind.CLOSURE), "", "", "", note)
        _rewrite(emergency, {(row.track_id, row.on): closed for row in rows}, act)
    return len(rows)


def reopen(emergency: Emergency, days: Iterable[date], act: Act) -> int:
    """Make closed days what the calendar said of them before, and return how many; needs the reason."""
    act.because("opening a closed day again")
    wanted = _wanted(emergency, days, act)
    with transaction.atomic():
        rows = [day for day in closed_for(emergency) if day.on in wanted]
        if not rows:
            msg = f"none of these days is closed for emergency {emergency.code}"
            raise RefusedError(msg)
        changed: dict[tuple[int, date], tuple[str, ...]] = {}
        for day in rows:
            was = day.row.was
            EmergencyDay.objects.create(
                emergency=emergency,
                track=day.track,
                on=day.on,
                is_closed=False,
                was=was,
                by=act.by,
                at=act.at,
            )
            taught = "yes" if was["is_taught"] else "no"
            changed[day.track.pk, day.on] = (taught, *(_shown(was[name]) for name in _KEPT[1:]))
        _rewrite(emergency, changed, act)
        act.note("emergency-reopen", f"emergency {emergency.code}", None, {"days": len(rows)})
    return len(rows)


def _wanted(emergency: Emergency, days: Iterable[date], act: Act) -> set[date]:
    require_open(emergency, act.by, Right.ADD)
    wanted = set(days)
    year = Year(emergency.school_year.name)
    for on in sorted(wanted):
        if on < emergency.first_day or not year.holds(on):
            msg = f"{on} is not a day of emergency {emergency.code}, which began on {emergency.first_day}"
            raise RefusedError(msg)
    return wanted


def _rewrite(emergency: Emergency, changed: Mapping[tuple[int, date], tuple[str, ...]], act: Act) -> None:
    """Take the calendar in again with the changed days: the one way a calendar changes."""
    tracks = [track for track in tracks_of(emergency) if any(key[0] == track.pk for key in changed)]
    data = _file(tracks, changed)
    days = NamedFile(f"emergency-{emergency.code}.csv", data)
    year = Year(emergency.school_year.name)
    # Who decided it, as the history of the calendar shows it.
    wish = CalendarWish(year, decided_by=f"emergency {emergency.code}", days=days)
    calendar_desk.take_in(wish, Desk(act.by, act.at))


def _file(tracks: Sequence[Track], changed: Mapping[tuple[int, date], tuple[str, ...]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for track in tracks:
        for row in CalendarDay.objects.filter(track=track).order_by("on"):
            kept = ("yes" if row.is_taught else "no", *(_shown(getattr(row, name)) for name in _KEPT[1:]))
            writer.writerow((track.code, row.on, *changed.get((track.pk, row.on), kept)))
    return out.getvalue().encode()


def _shown(value: object) -> str:
    return "" if value is None else str(value)
