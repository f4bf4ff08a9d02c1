"""Draft requests to the state for closed days, fallen attendance and lost records."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from central.domain.calendar import SchoolYear as Year
from central.domain.closure import RequestKind, RequestState
from central.errors import RefusedError
from central.exchange import request_csv
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, Where, refuse
from central.exchange.request_csv import DayLine
from central.store.models import (
    CalendarDay,
    SchoolYear,
    StateRequest,
    StateRequestDay,
    Track,
)
from central.work.closure_steps import OFFICE, find, require, state_of
from central.work.imported import remember
from central.work.recovery_act import Act
from central.work.study_keeping import NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A request somebody begins: its own code, what it asks for and why."""

    code: str
    kind: RequestKind
    cause: str
    is_emergency_declared: bool = False
    continuity_plan_on: date | None = None


def begin(year: SchoolYear, wish: Wish, days: NamedFile, act: Act) -> dict[str, int]:
    """Begin a request as a draft with its days, and return what was written, by noun.

    Raises InputError with every problem found; nothing is written then.
    """
    require(act.by, OFFICE, "the attendance clerk or the school leader")
    problems = [Problem(Where("request"), text) for text in _faults(year, wish)]
    lines = request_csv.read_days(days.name, days.data, wish.kind, problems)
    with transaction.atomic():
        tracks = _tracks(year, wish.kind, lines, problems)
        refuse(NOTHING, problems)
        request = StateRequest.objects.create(
            school_year=year,
            code=wish.code,
            kind=wish.kind,
            cause=wish.cause,
            is_emergency_declared=wish.is_emergency_declared,
            continuity_plan_on=wish.continuity_plan_on,
            by=act.by.number,
            at=act.at,
        )
        _write_days(request, lines, tracks)
        changes = Counter({"requests drafted": 1, "days asked for": len(lines)})
        return remember("state-request", (days,), changes, act.at, act.by.number)


def replace_days(year: SchoolYear, code: str, days: NamedFile, act: Act) -> dict[str, int]:
    """Put other days in the place of a draft's; what stood there goes into the audit.

    Raises RefusedError once the request was filed, and InputError with every problem found.
    """
    require(act.by, OFFICE, "the attendance clerk or the school leader")
    problems: list[Problem] = []
    with transaction.atomic():
        request = find(year, code)
        state = state_of(request)
        if state is not RequestState.DRAFT:
            msg = f"request {code} is {state}; begin another for other days, nothing was written"
            raise RefusedError(msg)
        lines = request_csv.read_days(days.name, days.data, RequestKind(request.kind), problems)
        tracks = _tracks(year, RequestKind(request.kind), lines, problems)
        refuse(NOTHING, problems)
        before = _told(request)
        request.days.all().delete()
        _write_days(request, lines, tracks)
        after = _told(request)
        if before == after:
            return {}
        act.note("j13a-days", f"request {code}", {"days": before}, {"days": after})
        changes = Counter({"days asked for": len(lines)})
        return remember("state-request", (days,), changes, act.at, act.by.number)


def _faults(year: SchoolYear, wish: Wish) -> list[str]:
    faults = []
    if StateRequest.objects.filter(school_year=year, code=wish.code).exists():
        faults.append(f"{year.name} has a request {wish.code} already; choose another code")
    for what, text, most in (("code", wish.code, 40), ("cause", wish.cause, 60)):
        if not text.strip() or len(text) > most:
            faults.append(f"name its {what} in {most} characters")
    return faults


def _tracks(
    year: SchoolYear, kind: RequestKind, lines: Sequence[DayLine], problems: list[Problem]
) -> dict[str, Track]:
    """Return the tracks of a year by code; days that cannot be asked for are problems."""
    tracks = {track.code: track for track in Track.objects.filter(school_year=year)}
    days = CalendarDay.objects.filter(track__school_year=year, is_taught=True)
    taught = set(days.values_list("track__code", "on"))
    span = Year(year.name)
    for line in lines:
        if line.track not in tracks:
            problems.append(Problem(line.where, f"{year.name} has no track {line.track!r}", "track"))
        elif not span.holds(line.on):
            problems.append(Problem(line.where, f"{line.on} is not in {year.name}", "date"))
        elif kind is RequestKind.CLOSURE and (line.track, line.on) in taught:
            text = f"the calendar says {line.on} was taught; correct it first, as a closure"
            problems.append(Problem(line.where, text, "date"))
        elif kind is not RequestKind.CLOSURE and (line.track, line.on) not in taught:
            text = f"{line.on} was not taught; ask for a closure instead"
            problems.append(Problem(line.where, text, "date"))
    return tracks


def _write_days(request: StateRequest, lines: Sequence[DayLine], tracks: dict[str, Track]) -> None:
    StateRequestDay.objects.bulk_create(
        StateRequestDay(
            request=request,
            track=tracks[line.track],
            on=line.on,
            minutes=line.minutes,
            normal_hundredths=line.normal_hundredths,
            attended=line.attended,
        )
        for line in lines
    )


def _told(request: StateRequest) -> str:
    """Return the days of a request as its audit shows them."""
    rows = request.days.order_by("track__code", "on")
    columns = ("track__code", "on", "minutes", "normal_hundredths", "attended")
    return "; ".join(" ".join(map(str, row)) for row in rows.values_list(*columns))
