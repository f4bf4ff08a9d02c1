"""Published: how far records are on their way to the student information system, and each one's way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, OuterRef, Q, QuerySet, Subquery, Value, When

from central.store.models import AttendanceRecord, Delivery

Records = QuerySet[AttendanceRecord]
"""Some attendance records."""
Told = QuerySet[Any]  # Any: records with fields beside their own, which types cannot name
"""The same, each with its `way`, `says` and `since_at`."""
_Stage, _State = AttendanceRecord.Stage, Delivery.State


class Way(StrEnum):
    """How far one record is, as people speak of it."""

    WAITING = "waiting"
    """Certified, and nothing of it is known to have left."""
    SENT = "sent"
    """The other side said it took it; it was not read back yet."""
    UNKNOWN = "unknown"
    """It was sent and no clear answer came; it is read back before anything else."""
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    """What stands there is something else, with its reason; a person decides."""


@dataclass(frozen=True, slots=True)
class SessionWays:
    """One class on one day: how many of its records are how far."""

    on: date
    section: str
    title: str
    counts: Mapping[Way, int]


def with_way(records: Records) -> Told:
    """Return the records that have a way, each with it in `way`, why in `says` and since when in `since_at`.

    Provisional records have none, nor have removed ones that were never sent or are gone there too.
    """
    newest = Delivery.objects.filter(record=OuterRef("pk")).order_by("-pk")
    told: Told = records.annotate(
        last=Subquery(newest.values("state")[:1]),
        says=Subquery(newest.values("difference")[:1]),
        since_at=Subquery(newest.values("sent_at")[:1]),
    )
    doubtful = Q(last__in=(_State.ASKED, _State.UNKNOWN))
    reopened = Q(last=_State.REOPENED) & ~Q(stage__in=(_Stage.SUBMITTED, _Stage.CONFIRMED))
    named: Told = told.annotate(
        way=Case(
            When(stage=_Stage.CONFIRMED, then=Value(Way.CONFIRMED)),
            When(reopened, then=Value(Way.REOPENED)),
            When(stage=_Stage.REMOVED, then=Value("")),
            When(doubtful, then=Value(Way.UNKNOWN)),
            When(stage=_Stage.SUBMITTED, then=Value(Way.SENT)),
            default=Value(Way.WAITING),
            output_field=CharField(),
        )
    )
    return named.exclude(stage=_Stage.PROVISIONAL).exclude(way="")


def counted(records: Records) -> Mapping[Way, int]:
    """Return how many records are how far; every way is there."""
    rows = with_way(records).order_by().values_list("way").annotate(n=Count("pk"))
    found = {Way(way): count for way, count in rows}
    return {way: found.get(way, 0) for way in Way}


def by_session(records: Records) -> Sequence[SessionWays]:
    """Return the classes of each day, newest day first, with how many of their records are how far."""
    rows = with_way(records).order_by("-on", "section__code")
    found: dict[tuple[date, str, str], dict[Way, int]] = {}
    for on, code, title, way, count in rows.values_list(
        "on", "section__code", "section__title", "way"
    ).annotate(n=Count("pk")):
        found.setdefault((on, code, title), {})[Way(way)] = count
    return [SessionWays(*key, {way: counts.get(way, 0) for way in Way}) for key, counts in found.items()]


def of_record(record: int) -> list[Delivery]:
    """Return what was delivered of a record, in the order of time, each with who sent it."""
    rows = Delivery.objects.filter(record=record).select_related("sent_by")
    return list(rows.order_by("sent_at", "pk"))
