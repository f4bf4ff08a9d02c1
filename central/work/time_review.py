"""Times no rule may settle: the taps that wait for a person, and what that person decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from central.config import CentralConfig
from central.errors import RefusedError
from central.store.evidence import Evidence
from central.store.models import AuditEvent, Occurrence, School, Staff, Station, Tap, TimeDecision
from central.timeline import Grade
from central.work import keys, rights
from central.work.project import retime
from central.work.prove import Prover
from central.work.time_bracket import FOR_PEOPLE, Bracket, Entry, bracket, needs_a_person, tap_at
from station.tap import Kind
from sync_agent.signing import VerifyKey

Retime: TypeAlias = Callable[[Station, int], object]
"""Finds the times of one journal (station, epoch) anew, decisions included."""

CONTRADICTED: Final = "its proofs contradict one another"
MANY_DAYS: Final = "it may have been on more than one day"
MOVED: Final = (
    "its day is proven now, and is not that of the decided record it stands behind; look at that record"
)
WHYS: Final = frozenset({CONTRADICTED, MANY_DAYS, MOVED})
"""Every sentence there is, for those who translate them."""
# The office hears the time from the person who attested it; nobody remembers it better.
_KNOWN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Word:
    """What a person says: the entry happened between two instants, and why they know.

    An anchor bounds the entries around it as well.
    """

    earliest_at: datetime
    latest_at: datetime
    by: Staff
    reason: str
    is_anchor: bool = False


def retimer(config: CentralConfig) -> Retime:
    """Return what finds the times of a journal anew in this installation."""
    server_key = VerifyKey.from_hex(keys.public(config.keys, keys.ACK))
    evidence, prover = Evidence(config.evidence_at), Prover(config.keys)
    return lambda station, epoch: retime(evidence, server_key, station.pk, epoch, prover)


def queue(school: School) -> QuerySet[Tap]:
    """Return the taps whose day waits for a person, by station and in the order of their journals.

    Among them are those whose time is proven, but on another day than the decided record behind which
    they stand: a person looks at that record.
    """
    undated = Q(time_quality__in=FOR_PEOPLE) | Q(on=None)
    waits = Tap.objects.filter(undated, school=school, outcome=Tap.Outcome.TIME_REVIEW)
    return waits.select_related("station", "station__room").order_by("station", "epoch", "sequence")


def why(tap: Tap) -> str:
    """Say why a tap of the queue waits."""
    if needs_a_person(tap):
        return CONTRADICTED if tap.time_quality == Grade.CONTRADICTION else MANY_DAYS
    return MOVED


def waiting(school: School) -> int:
    """Return how many taps wait for that."""
    return queue(school).count()


def anchors(school: School) -> list[Occurrence]:
    """Return the staff taps that attest a time nobody has said yet, where the station did not know it."""
    rows = Occurrence.objects.filter(station__school=school, kind=Kind.ANCHOR)
    said = set(
        TimeDecision.objects.filter(station__school=school, is_anchor=True).values_list(
            "station", "epoch", "sequence"
        )
    )
    rows = rows.select_related("station__room", "station__school").order_by("station", "epoch", "sequence")
    return [row for row in rows if _is_unsaid(row) and (row.station_id, row.epoch, row.sequence) not in said]


def decide(entry: Entry, word: Word, at: datetime, evidence: Evidence, again: Retime) -> TimeDecision:
    """Keep a person's word for when an entry happened, and find the journal's times anew.

    The entry itself stays as it is; of several decisions the last one counts. Raises RefusedError,
    with nothing written, for an entry that needs none, a person without the right, an empty reason,
    and an interval that is turned round, not inside one of the school's days, outside of what is
    proven, or without a moment the station's clocks allow.

    Source: the review of times; EC 46000 and following ask for the day, so the day must be one.
    """
    on = _the_day(word, ZoneInfo(entry.station.school.time_zone))
    rights.require_may_decide_times(word.by, on)
    reason = rights.reason(word.reason, "deciding a time")
    with transaction.atomic():
        proven = bracket(entry, evidence, is_anchor=word.is_anchor)
        if not proven.holds(word.earliest_at, word.latest_at):
            raise _outside(entry, proven)
        decision = TimeDecision.objects.create(
            station=entry.station,
            epoch=entry.epoch,
            sequence=entry.sequence,
            earliest_at=word.earliest_at,
            latest_at=word.latest_at,
            is_anchor=word.is_anchor,
            by=word.by,
            at=at,
            reason=reason,
        )
        detail = {
            "from": word.earliest_at.isoformat(),
            "to": word.latest_at.isoformat(),
            "reason": reason,
            "anchor": word.is_anchor,
        }
        AuditEvent.objects.create(
            at=at, by=word.by.number, verb="decide-time", subject=str(entry), detail=detail
        )
        again(entry.station, entry.epoch)
        if not word.is_anchor and not tap_at(entry).is_attested:
            msg = (
                f"by the station's own count of time {entry} cannot have been then; look at its bounds and "
                "at its neighbours"
            )
            raise RefusedError(msg)
    return decision


def decisions(tap: Tap) -> QuerySet[TimeDecision]:
    """Return what people said about a tap's time, the last word first."""
    about = TimeDecision.objects.filter(station=tap.station_id, epoch=tap.epoch, sequence=tap.sequence)
    return about.select_related("by").order_by("-pk")


def _is_unsaid(row: Occurrence) -> bool:
    """Tell whether an anchor is known so badly that a word about it would help."""
    if row.earliest_at is None or row.latest_at is None:
        return True
    return row.latest_at - row.earliest_at > _KNOWN


def _the_day(word: Word, zone: ZoneInfo) -> date:
    """Return the school's date the whole interval lies in."""
    first, last = (instant.astimezone(zone).date() for instant in (word.earliest_at, word.latest_at))
    if word.earliest_at > word.latest_at:
        msg = "the time begins after it ends; exchange the two"
        raise RefusedError(msg)
    if first != last:
        msg = f"the time reaches from {first} to {last}; it must lie in one day of the school"
        raise RefusedError(msg)
    return first


def _outside(entry: Entry, proven: Bracket) -> RefusedError:
    zone = ZoneInfo(entry.station.school.time_zone)
    bounds = []
    if proven.earliest_at is not None:
        bounds.append(f"not before {proven.earliest_at.astimezone(zone):%Y-%m-%d %H:%M:%S}")
    if proven.latest_at is not None:
        bounds.append(f"not after {proven.latest_at.astimezone(zone):%Y-%m-%d %H:%M:%S}")
    what = " and ".join(bounds)
    return RefusedError(f"{entry} was {what}; that is proven, so the time must lie inside")
