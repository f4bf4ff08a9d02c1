"""Published: what a school asked of the state for days it could not teach, and what became of it."""

from collections import defaultdict
from datetime import date, datetime
from fractions import Fraction

from central.domain.calendar import SchoolYear as Year
from central.domain.closure import RequestDay, RequestKind, RequestState, StateRequest
from central.store import models

_CENT = 100
_DECIDED = frozenset({RequestState.APPROVED, RequestState.DENIED})


def requests(year: models.SchoolYear, before: datetime | None = None) -> list[StateRequest]:
    """Return a school year's requests by their code, each as its last step left it.

    With `before`, only what was written before that instant is known. A request without a step is a
    draft.
    """
    rows = models.StateRequest.objects.filter(school_year=year).order_by("code")
    steps = models.StateRequestStep.objects.filter(request__school_year=year).order_by("pk")
    if before is not None:
        rows, steps = rows.filter(at__lt=before), steps.filter(at__lt=before)
    last = {key: (RequestState(state), on) for key, state, on in steps.values_list("request", "state", "on")}
    days = _days(year)
    found = []
    for row in rows:
        state, on = last.get(row.pk, (RequestState.DRAFT, None))
        found.append(
            StateRequest(
                request=row.code,
                kind=RequestKind(row.kind),
                cause=row.cause,
                days=tuple(days[row.pk]),
                state=state,
                decided_on=on if state in _DECIDED else None,
                is_emergency_declared=row.is_emergency_declared,
                continuity_plan_on=row.continuity_plan_on,
            )
        )
    return found


def closed_days(school_id: int, year: Year) -> dict[str, frozenset[date]]:
    """Return the dates each track's calendar calls a closure."""
    found: dict[str, set[date]] = defaultdict(set)
    rows = models.CalendarDay.objects.filter(
        track__school_year__school=school_id,
        track__school_year__name=year.name,
        kind=models.CalendarDay.Kind.CLOSURE,
        is_taught=False,
    )
    for track, on in rows.values_list("track__code", "on"):
        found[track].add(on)
    return {track: frozenset(days) for track, days in found.items()}


def _days(year: models.SchoolYear) -> defaultdict[int, list[RequestDay]]:
    """Return the days of each request by its key, in the order of track and date."""
    found: defaultdict[int, list[RequestDay]] = defaultdict(list)
    rows = models.StateRequestDay.objects.filter(request__school_year=year).order_by("track__code", "on")
    for key, track, on, minutes, normal, attended in rows.values_list(
        "request", "track__code", "on", "minutes", "normal_hundredths", "attended"
    ):
        exact = None if normal is None else Fraction(normal, _CENT)
        found[key].append(RequestDay(track, on, minutes, exact, attended))
    return found
