"""Stations in doubt: two histories came in under one key, so what they bring waits for a person."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Min

from central.errors import RefusedError
from central.store.evidence import Evidence, SetAside
from central.store.models import (
    AttendanceRecord,
    AuditEvent,
    ProjectorPosition,
    Staff,
    Station,
    StationDoubt,
    Tap,
)
from central.work import rights
from central.work.tool_rights import Right, Tool, require

log = logging.getLogger(__name__)
TWO_HISTORIES: Final = frozenset({"fork", "rollback", "clone"})
"""Why a message is set aside where a copy of the station may be at work; the others doubt no tap."""
ASIDE: Final = {
    "fork": "it told its journal another way than before",
    "rollback": "its journal had gone back",
    "clone": "somebody else had been answered in its name",
    "broken-chain": "its message did not hold together",
    "revoked": "its key is revoked",
}
"""Each reason in words, for those who translate them."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER: Final = 2**63 - 1
_AT_ONCE: Final = 500


class Doubts:
    """Which taps came in since their station is in doubt.

    Without evidence to ask when a tap came in, every tap of a doubted station is held.
    """

    def __init__(self, evidence: Evidence | None) -> None:
        """Note the stations in doubt at this moment."""
        self._evidence = evidence
        doubted = StationDoubt.objects.filter(cleared_at=None).values_list("station_id")
        self._since_ms = {station: _ms(since) for station, since in doubted.annotate(Min("since_at"))}

    def held(self, taps: Iterable[Tap]) -> set[int]:
        """Return the keys of those taps that must wait until somebody has cleared their station."""
        suspects = [tap for tap in taps if tap.station_id in self._since_ms]
        if not suspects:
            return set()
        came_in = {tap.server_sequence for tap in suspects}
        received = self._evidence.received_ms_of(came_in) if self._evidence else {}
        return {
            tap.pk
            for tap in suspects
            if received.get(tap.server_sequence, _NEVER) >= self._since_ms[tap.station_id]
        }


def read_doubts(evidence: Evidence, *, again: bool = False) -> int:
    """Make a doubt of each message newly set aside as one of two histories; return how many.

    The position moves in the transaction that writes them. `again` reads from the start, for
    stations that were not on record before; what is known is left as it is.
    """
    made = 0
    read = ProjectorPosition.objects.filter(pk=1).values_list("quarantine_id", flat=True).first()
    after = 0 if again else read or 0
    while rows := evidence.set_aside(after, _AT_ONCE):
        made += _take_in(rows, evidence)
        after = rows[-1].id
    return made


def clear(station: Station, by: Staff, reason: str, at: datetime) -> int:
    """End every open doubt of a station, by name and with a reason; return how many.

    What waited is resolved as usual from then on. Raises RefusedError for a person without the
    right, an empty reason, and a station that is not in doubt.
    """
    require(by, Tool.STATIONS, Right.WRITE)
    reason = rights.reason(reason, "clearing a station")
    with transaction.atomic():
        count = end(station, at, by=by, why=reason)
        if not count:
            msg = f"{station.code} is not in doubt; rollbook-central check --stations shows which are"
            raise RefusedError(msg)
        detail = {"reason": reason, "doubts": count}
        AuditEvent.objects.create(
            at=at, by=by.number, verb="clear-station", subject=station.code, detail=detail
        )
    return count


def end(station: Station, at: datetime, *, by: Staff | None, why: str) -> int:
    """End the open doubts of a station, inside the caller's transaction; return how many there were."""
    still = StationDoubt.objects.select_for_update().filter(station=station, cleared_at=None)
    return still.update(cleared_at=at, cleared_by=by, cleared_why=why)


@dataclass(frozen=True, slots=True)
class Aside:
    """A station's messages set aside for one reason: how many, and when the first and the last came."""

    reason: str
    count: int
    first_at: datetime
    last_at: datetime

    @property
    def says(self) -> str:
        """Say the reason in a sentence's beginning; pages translate it."""
        return ASIDE.get(self.reason, self.reason)


def aside(evidence: Evidence) -> dict[str, list[Aside]]:
    """Return by station what was set aside and why; the bytes of each stand in the evidence."""
    found: dict[str, list[Aside]] = {}
    for station, reason, count, first_ms, last_ms in evidence.set_aside_counts():
        line = Aside(reason, count, _instant(first_ms), _instant(last_ms))
        found.setdefault(station, []).append(line)
    return found


def waiting() -> Counter[str]:
    """Return by station how many taps wait for its doubt to be cleared."""
    held = Tap.objects.filter(outcome=Tap.Outcome.DOUBTED_STATION)
    return Counter(held.values_list("station_id", flat=True))


def _take_in(rows: list[SetAside], evidence: Evidence) -> int:
    suspicious = [row for row in rows if row.reason in TWO_HISTORIES]
    with transaction.atomic():
        position, _ = ProjectorPosition.objects.select_for_update().get_or_create(pk=1)
        known = set(
            Station.objects.filter(code__in={row.station for row in rows}).values_list("code", flat=True)
        )
        had = StationDoubt.objects.filter(quarantine_id__in=[row.id for row in suspicious])
        held = set(had.values_list("quarantine_id", flat=True))
        fresh = [row for row in suspicious if row.station in known and row.id not in held]
        StationDoubt.objects.bulk_create(map(_doubt, fresh))
        for station in sorted({row.station for row in fresh}):
            _ask_again(station, evidence)
        if rows[-1].id > position.quarantine_id:
            position.quarantine_id = rows[-1].id
            position.save()
    for row in fresh:
        log.error("station.doubted station=%s epoch=%d reason=%s", row.station, row.epoch, row.reason)
    return len(fresh)


def _doubt(row: SetAside) -> StationDoubt:
    return StationDoubt(
        station_id=row.station,
        reason=row.reason,
        quarantine_id=row.id,
        epoch=row.epoch,
        since_at=_instant(row.received_ms),
    )


def _ask_again(station: str, evidence: Evidence) -> None:
    """Have the taps judged anew that came in since the doubt and were resolved before it was known."""
    provisional = AttendanceRecord.Stage.PROVISIONAL
    resolved = Tap.objects.filter(station=station, record__stage=provisional)
    held = Doubts(evidence).held(resolved.exclude(outcome=Tap.Outcome.AFTER_DECISION))
    for start in range(0, len(held), _AT_ONCE):
        some = sorted(held)[start : start + _AT_ONCE]
        Tap.objects.filter(pk__in=some).update(outcome=Tap.Outcome.PENDING)


def _ms(at: datetime) -> int:
    return round((at - _EPOCH).total_seconds() * 1000)


def _instant(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)
