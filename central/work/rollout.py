"""Bring a release to the stations ring by ring, going on only while those before are well."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from central.errors import RefusedError
from central.store.models import AuditEvent, Rollout, School, Staff, Station, StationHealth
from central.work import rights
from central.work.tool_rights import Right, Tool, require

Ring = list[str] | int
"""Names of stations, or a share of all of them in percent."""
SILENT_AFTER: Final = timedelta(days=1)
"""A station not heard of for so long holds up nobody else."""
_ITSELF: Final = "rollbook"
_STILL: Final = (Rollout.State.RUNNING, Rollout.State.PAUSED)
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """A release, the rings it is to come through, and how many hours each ring is watched."""

    version: str
    rings: Sequence[Ring]
    soak_hours: int = 24


@dataclass(frozen=True, slots=True)
class Standing:
    """How many stations of the open rings were heard of, how many run the release, which gave it up."""

    rollout: Rollout
    opened: int
    arrived: int
    given_up: Sequence[str]


def begin(plan: Plan, offered: Sequence[str], by: Staff, reason: str, now: datetime) -> Rollout:
    """Begin with the first ring; raises RefusedError."""
    require(by, Tool.FLEET, Right.ADD)
    why = rights.reason(reason, "a rollout")
    if plan.version not in offered:
        msg = f"central has no release {plan.version}; add it with `rollbook-central release add`"
        raise RefusedError(msg)
    with transaction.atomic():
        _require_sound(plan, by.school)
        if Rollout.objects.select_for_update().filter(school=by.school, state__in=_STILL).exists():
            msg = "a rollout is on its way; wait until it is done, or abort it"
            raise RefusedError(msg)
        rollout = Rollout.objects.create(
            school=by.school,
            version=plan.version,
            rings=list(plan.rings),
            soak_hours=plan.soak_hours,
            began_at=now,
            ring_at=now,
        )
        _note(rollout, "begin-rollout", by.number, why, now)
    return rollout


def steer(verb: str, by: Staff, reason: str, now: datetime) -> Rollout:
    """Pause, resume or abort the rollout that is on its way; raises RefusedError.

    Aborted, no further station takes the release; those that have it keep it, since none goes back.
    """
    require(by, Tool.FLEET, Right.WRITE)
    why = rights.reason(reason, "a change of a rollout")
    states = {"pause": Rollout.State.PAUSED, "resume": Rollout.State.RUNNING, "abort": Rollout.State.ABORTED}
    with transaction.atomic():
        rollout = Rollout.objects.select_for_update().filter(school=by.school, state__in=_STILL).first()
        if rollout is None or rollout.state == states[verb]:
            msg = f"there is no rollout to {verb}; look with `rollbook-central rollout show`"
            raise RefusedError(msg)
        rollout.state, rollout.why = states[verb], why if verb != "resume" else ""
        if verb == "resume":
            rollout.ring_at = now
        rollout.save()
        _note(rollout, f"{verb}-rollout", by.number, why, now)
    return rollout


def advance(school: School, now: datetime) -> None:
    """Open the next ring where the ones before are well, pause where a station gave the release up."""
    with transaction.atomic():
        rollout = (
            Rollout.objects.select_for_update().filter(school=school, state=Rollout.State.RUNNING).first()
        )
        if rollout is None:
            return
        stands = standing(rollout, now)
        if stands.given_up:
            why = f"given up by {', '.join(stands.given_up)}"
            rollout.state, rollout.why = Rollout.State.PAUSED, why[:255]
            rollout.save()
            _note(rollout, "pause-rollout", _ITSELF, why, now)
        elif _is_well(rollout, stands, now):
            is_last = rollout.ring + 1 >= len(rollout.rings)
            rollout.state = Rollout.State.DONE if is_last else rollout.state
            rollout.ring, rollout.ring_at = rollout.ring + (not is_last), now
            rollout.save()
            why = f"{stands.arrived} of {stands.opened} stations run it"
            _note(rollout, "finish-rollout" if is_last else "widen-rollout", _ITSELF, why, now)


def standing(rollout: Rollout, now: datetime) -> Standing:
    """Return how a rollout stands by what its stations last told; silent ones count as not there."""
    stations = Station.objects.filter(school=rollout.school, retired_at=None)
    opened = [station.code for station in stations if _is_in(rollout, station)]
    healths = StationHealth.objects.filter(station__in=opened)
    heard = {health.station_id: health for health in healths if now - health.received_at <= SILENT_AFTER}
    since = {code: health.told for code, health in heard.items()}
    return Standing(
        rollout,
        len(heard),
        sum(told.get("sw") == rollout.version for told in since.values()),
        sorted(
            code
            for code, told in since.items()
            if told.get("given_up") == rollout.version and heard[code].received_at >= rollout.ring_at
        ),
    )


def wanted_release(station: Station, now: datetime) -> str | None:
    """Return the release a station should run now, None for the one it runs."""
    return wanted_releases([station], now)[station.code]


def wanted_releases(stations: Iterable[Station], now: datetime) -> Mapping[str, str | None]:  # noqa: ARG001  a rollout may have hours one day
    """Return by code which release each station should run, None for the one it runs."""
    asked = list(stations)
    newest_first = list(
        Rollout.objects.filter(school__in={station.school_id for station in asked}).order_by("-pk")
    )
    return {station.code: _wanted(station, newest_first) for station in asked}


def _wanted(station: Station, newest_first: Sequence[Rollout]) -> str | None:
    for rollout in newest_first:
        if rollout.school_id == station.school_id and _is_in(rollout, station):
            # Whoever has an aborted one keeps it: the release before would be a step back.
            return None if rollout.state == Rollout.State.ABORTED else rollout.version
    return None


def _is_in(rollout: Rollout, station: Station) -> bool:
    """Tell whether one of the rings opened so far holds a station."""
    for ring in rollout.rings[: rollout.ring + 1]:
        if station.code in ring if isinstance(ring, list) else _place(rollout, station) < ring:
            return True
    return False


def _place(rollout: Rollout, station: Station) -> float:
    """Return where a station stands among all, 0 to 100, another place in each release."""
    digest = hashlib.sha256(f"{rollout.version}:{station.code}".encode()).digest()
    return int.from_bytes(digest[:8], "big") * _WHOLE / 2**64


def _is_well(rollout: Rollout, stands: Standing, now: datetime) -> bool:
    is_watched = now - rollout.ring_at >= timedelta(hours=rollout.soak_hours)
    return is_watched and 0 < stands.arrived == stands.opened


def _require_sound(plan: Plan, school: School) -> None:
    shares = [ring for ring in plan.rings if isinstance(ring, int)]
    if not plan.rings or shares != sorted(set(shares)) or any(not 0 < share <= _WHOLE for share in shares):
        msg = "the rings must widen: names of stations, then shares like 10, 50, 100"
        raise RefusedError(msg)
    named = {code for ring in plan.rings if not isinstance(ring, int) for code in ring}
    known = set(
        Station.objects.filter(school=school, retired_at=None, code__in=named).values_list("code", flat=True)
    )
    if named - known:
        msg = (
            f"no station in use is called {', '.join(sorted(named - known))}; see `rollbook-central stations`"
        )
        raise RefusedError(msg)


def _note(rollout: Rollout, verb: str, by: str, why: str, now: datetime) -> None:
    detail = {"rings": rollout.rings, "ring": rollout.ring, "state": rollout.state, "why": why}
    AuditEvent.objects.create(at=now, by=by, verb=verb, subject=rollout.version, detail=detail)
