"""Everything somebody needs in front of them to say when one tap was."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from central.store.evidence import Evidence
from central.store.models import Credential, Occurrence, Section, Staff, Student, Tap, TimeDecision
from central.store.timetable import Timetable
from central.work import time_review
from central.work.occurrences import OccurrenceLine, told
from central.work.time_bracket import Bracket, provable
from station import tap as entries
from station.errors import EntryError
from sync_agent import wire

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
WORDS: Final = {
    entries.Kind.TAP: "a tap",
    entries.Kind.STAFF: "an act of staff",
    entries.Kind.ANCHOR: "a staff tap that attests the time",
    entries.Kind.ERR: "an error",
    entries.Kind.GAP: "taps shown as not recorded",
    entries.Kind.SALVAGE: "a salvage of the journal",
}
_DAYS_SHOWN: Final = 7
_EITHER_SIDE: Final = 3
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entry before or after in the same journal, with what is known of its time."""

    sequence: int
    what: str
    """The kind of entry in words, for those who translate them."""
    earliest_at: datetime | None
    latest_at: datetime | None
    quality: str


@dataclass(frozen=True, slots=True)
class BellTime:
    """One class held in the room."""

    title: str
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Candidate:
    """A day the tap may have been on, and what was held in its room."""

    on: date
    bells: tuple[BellTime, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What the station's own clocks said, which proves nothing by itself."""

    boot: int
    wall_at: datetime | None
    is_synchronised: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One tap with its surroundings."""

    tap: Tap
    holders: tuple[Student | Staff, ...]
    proven: Bracket
    claim: Claim | None
    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]
    days: tuple[Candidate, ...]
    has_more_days: bool
    reported: tuple[OccurrenceLine, ...]
    decisions: tuple[TimeDecision, ...]


def case(tap: Tap, evidence: Evidence) -> Case:
    """Return what is known around a tap; `tap.station.room` and `tap.school` are read."""
    zone = ZoneInfo(tap.school.time_zone)
    proven = provable(tap, evidence)
    span = _span(tap, proven)
    days = _days(span, zone)
    before, after = _neighbours(tap)
    return Case(
        tap=tap,
        holders=with_holders([tap])[0][1],
        proven=proven,
        claim=_claim(tap, evidence),
        before=before,
        after=after,
        days=tuple(_candidates(tap, days[-_DAYS_SHOWN:])),
        has_more_days=len(days) > _DAYS_SHOWN or span[0] is None,
        reported=_reported(tap, span),
        decisions=tuple(time_review.decisions(tap)),
    )


def with_holders(taps: Iterable[Tap]) -> list[tuple[Tap, tuple[Student | Staff, ...]]]:
    """Return each tap with everybody who ever held the credential that was shown; of one school."""
    rows = list(taps)
    held: dict[bytes, list[Student | Staff]] = defaultdict(list)
    tokens = sorted({bytes(tap.token) for tap in rows if tap.token})
    for start in range(0, len(tokens), _AT_ONCE):
        cards = Credential.objects.filter(
            school=rows[0].school_id, token__in=tokens[start : start + _AT_ONCE]
        )
        for card in cards.select_related("student", "staff").order_by("since", "pk"):
            holder = card.student or card.staff
            if holder is not None:
                held[bytes(card.token)].append(holder)
    return [(tap, tuple(dict.fromkeys(held[bytes(tap.token or b"")]))) for tap in rows]


def _span(tap: Tap, proven: Bracket) -> tuple[datetime | None, datetime | None]:
    """Return the narrowest bounds that do not contradict one another."""
    earliest_at, latest_at = tap.earliest_at, tap.latest_at
    is_sound = tap.time_quality != "X" and not (earliest_at and latest_at and earliest_at > latest_at)
    if not is_sound:
        return proven.earliest_at, proven.latest_at
    return earliest_at or proven.earliest_at, latest_at or proven.latest_at


def _days(span: tuple[datetime | None, datetime | None], zone: ZoneInfo) -> list[date]:
    """Return the school's dates in a span, the newest ones only where it has no beginning."""
    first_at, last_at = span
    if last_at is None:
        return []
    last = last_at.astimezone(zone).date()
    first = first_at.astimezone(zone).date() if first_at else last - timedelta(_DAYS_SHOWN - 1)
    first = max(first, last - timedelta(_DAYS_SHOWN))
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _candidates(tap: Tap, days: Sequence[date]) -> Iterable[Candidate]:
    timetable = Timetable(tap.school)
    titles = dict(Section.objects.filter(room=tap.station.room).values_list("pk", "title"))
    for on in days:
        here = [bell for bell in timetable.bells(on) if bell.room_id == tap.station.room_id]
        bells = sorted((bell.starts, bell.ends, titles[bell.section_id]) for bell in here)
        yield Candidate(on, tuple(BellTime(title, starts, ends) for starts, ends, title in bells))


def _neighbours(tap: Tap) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
    taps = Tap.objects.filter(station=tap.station, epoch=tap.epoch)
    others = Occurrence.objects.filter(station=tap.station, epoch=tap.epoch)
    before = _nearest(
        taps.filter(sequence__lt=tap.sequence).order_by("-sequence")[:_EITHER_SIDE],
        others.filter(sequence__lt=tap.sequence).order_by("-sequence")[:_EITHER_SIDE],
    )[-_EITHER_SIDE:]
    after = _nearest(
        taps.filter(sequence__gt=tap.sequence).order_by("sequence")[:_EITHER_SIDE],
        others.filter(sequence__gt=tap.sequence).order_by("sequence")[:_EITHER_SIDE],
    )[:_EITHER_SIDE]
    return before, after


def _nearest(taps: Iterable[Tap], others: Iterable[Occurrence]) -> tuple[Neighbour, ...]:
    found = [
        *(
            Neighbour(t.sequence, WORDS[entries.Kind.TAP], t.earliest_at, t.latest_at, t.time_quality)
            for t in taps
        ),
        *(
            Neighbour(o.sequence, WORDS.get(entries.Kind(o.kind), o.kind), o.earliest_at, o.latest_at, "")
            for o in others
        ),
    ]
    return tuple(sorted(found, key=lambda each: each.sequence))


def _reported(tap: Tap, span: tuple[datetime | None, datetime | None]) -> tuple[OccurrenceLine, ...]:
    """Return what the station reported that may have been within the span."""
    rows = Occurrence.objects.filter(station=tap.station)
    if span[0] is not None:
        rows = rows.exclude(latest_at__lt=span[0])
    if span[1] is not None:
        rows = rows.exclude(earliest_at__gt=span[1])
    return tuple(told(row) for row in rows.order_by("latest_at", "sequence")[:_DAYS_SHOWN])


def _claim(tap: Tap, evidence: Evidence) -> Claim | None:
    """Read the station's own clocks from the bytes it sent; None where those cannot be read."""
    batch = evidence.batch(tap.server_sequence)
    if batch is None:
        return None
    try:
        entry = _entry(tap, batch.open())
        wall_at = _EPOCH + timedelta(milliseconds=entry.reading.wall_ms)
    except (wire.WireError, EntryError, IndexError):
        return None
    except OverflowError:
        wall_at = None
    return Claim(entry.reading.boot, wall_at, entry.reading.sync_state == 1)


def _entry(tap: Tap, batch: wire.Batch) -> entries.Entry:
    """Return the entry a tap was read from: the one carried inside, where it was carried."""
    entry = entries.decode(batch.bodies[tap.position])
    if entry.kind != entries.Kind.CARRY or not isinstance(entry.payload, dict):
        return entry
    try:
        return entries.decode(base64.b64decode(str(entry.payload.get("body")), validate=True))
    except binascii.Error as error:
        msg = "what is carried is not base64"
        raise EntryError(msg) from error
