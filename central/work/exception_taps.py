"""What is odd about taps, line by line: unknown cards, other classes, two places, late ones."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from central.store.models import Credential, School, Student, Tap
from central.work.exception_kinds import ExceptionKind, ExceptionLine

_Outcome = Tap.Outcome
_APART: Final = timedelta(minutes=2)
"""Two rooms within this are one place too many; walking takes longer than showing a card."""
_ODD: Final = (
    _Outcome.UNKNOWN_CREDENTIAL,
    _Outcome.TIME_REVIEW,
    _Outcome.NO_SESSION,
    _Outcome.NOT_ENROLLED,
    _Outcome.AFTER_DECISION,
)
_GROUPED: Final = {
    _Outcome.NO_SESSION: ExceptionKind.NO_CLASS,
    _Outcome.NOT_ENROLLED: ExceptionKind.OTHER_CLASS,
    _Outcome.AFTER_DECISION: ExceptionKind.AFTER_DECISION,
}


class _Seen(NamedTuple):
    key: int
    outcome: str
    token: bytes
    on: date | None
    earliest_at: datetime | None
    latest_at: datetime | None
    room: str
    section: str


def tap_lines(school: School, since: date, until: date) -> Iterator[ExceptionLine]:
    """Yield the lines about a school's taps of some days, and about those without a day.

    One card in two rooms is looked for in the newest two days alone, which have every tap read.
    """
    zone = ZoneInfo(school.time_zone)
    odd = Tap.objects.filter(school=school, outcome__in=_ODD)
    taps = _seen(odd.filter(on__range=(since, until)) | odd.filter(on=None, outcome=_Outcome.TIME_REVIEW))
    yield from _unknown(taps, until, zone)
    yield from _uncertain(taps, until)
    yield from _by_room(taps)
    newest = Tap.objects.filter(school=school, on__range=(max(since, until - timedelta(days=1)), until))
    pairs = list(_in_two_places(_seen(newest)))
    yield from _two_places(pairs, _cards(school, {after.token for _, after in pairs}))


def _seen(rows: QuerySet[Tap]) -> list[_Seen]:
    columns = (
        "pk",
        "outcome",
        "token",
        "on",
        "earliest_at",
        "latest_at",
        "station__room__name",
        "record__section__code",
    )
    found = rows.order_by("latest_at", "pk").values_list(*columns)
    return [
        _Seen(key, outcome, bytes(token or b""), on, earliest, latest, room, section or "")
        for key, outcome, token, on, earliest, latest, room, section in found
    ]


def _unknown(taps: Iterable[_Seen], until: date, zone: ZoneInfo) -> Iterator[ExceptionLine]:
    by_card: dict[bytes, list[_Seen]] = defaultdict(list)
    for tap in taps:
        if tap.outcome == _Outcome.UNKNOWN_CREDENTIAL and tap.token:
            by_card[tap.token].append(tap)
    for token, seen in by_card.items():
        last = seen[-1]
        when = f"{last.latest_at.astimezone(zone):%m/%d/%Y %I:%M %p}" if last.latest_at else ""
        yield ExceptionLine(
            ExceptionKind.UNKNOWN_CARD,
            # Of the token, itself a keyed hash, only a further hash stands in an address.
            f"{sha256(token).hexdigest()[:16]}/{len(seen)}",
            last.on or until,
            {"n": str(len(seen)), "room": last.room, "last": when},
            page="credentials",
            at=last.latest_at,
        )


def _uncertain(taps: Iterable[_Seen], until: date) -> Iterator[ExceptionLine]:
    by_room: dict[str, list[_Seen]] = defaultdict(list)
    for tap in taps:
        if tap.on is None:
            by_room[tap.room].append(tap)
    for room, seen in by_room.items():
        figures = {"n": str(len(seen)), "room": room}
        key = f"{room}/{max(tap.key for tap in seen)}/{len(seen)}"
        yield ExceptionLine(ExceptionKind.UNCERTAIN_TIME, key, until, figures, page="times")


def _by_room(taps: Iterable[_Seen]) -> Iterator[ExceptionLine]:
    grouped: dict[tuple[ExceptionKind, str, date], list[_Seen]] = defaultdict(list)
    for tap in taps:
        kind = next((kind for outcome, kind in _GROUPED.items() if outcome == tap.outcome), None)
        if kind is not None and tap.on is not None:
            where = tap.section if kind is ExceptionKind.AFTER_DECISION and tap.section else tap.room
            grouped[kind, where, tap.on].append(tap)
    for (kind, where, on), seen in grouped.items():
        figures = {"n": str(len(seen)), "room": where, "last": f"{on:%m/%d/%Y}"}
        key = f"{where}/{on}/{max(tap.key for tap in seen)}/{len(seen)}"
        is_class = kind is ExceptionKind.AFTER_DECISION and any(tap.section for tap in seen)
        page, arguments = ("session", (where, on.isoformat())) if is_class else ("", ())
        yield ExceptionLine(kind, key, on, figures, page=page, arguments=arguments)


def _in_two_places(taps: Iterable[_Seen]) -> Iterator[tuple[_Seen, _Seen]]:
    """Yield the showings of one card in two rooms, surely so close together that nobody can walk it."""
    last: dict[bytes, tuple[_Seen, datetime]] = {}
    for tap in taps:
        if tap.on is None or tap.earliest_at is None or tap.latest_at is None or not tap.token:
            continue
        before = last.get(tap.token)
        last[tap.token] = (tap, tap.earliest_at)
        if before and before[0].room != tap.room and tap.latest_at - before[1] <= _APART:
            yield before[0], tap


def _cards(school: School, tokens: Collection[bytes]) -> list[Credential]:
    if not tokens:
        return []
    held = Credential.objects.filter(school=school, student__isnull=False, token__in=list(tokens))
    return list(held.select_related("student"))


def _holder(cards: Iterable[Credential], token: bytes, on: date) -> Student | None:
    """Return who held a card on a day, whoever has it now."""
    return next(
        (
            card.student
            for card in cards
            if bytes(card.token) == token and card.since <= on and (card.until is None or on <= card.until)
        ),
        None,
    )


def _two_places(
    pairs: Iterable[tuple[_Seen, _Seen]], cards: Collection[Credential]
) -> Iterator[ExceptionLine]:
    for before, tap in pairs:
        student = _holder(cards, tap.token, tap.on) if tap.on else None
        if student is None or tap.on is None:
            continue
        yield ExceptionLine(
            ExceptionKind.TWO_PLACES,
            f"{before.key}/{tap.key}",
            tap.on,
            {"room": before.room, "other": tap.room, "last": f"{tap.on:%m/%d/%Y}"},
            page="student-history",
            arguments=(student.number,),
            students=(student,),
            at=tap.latest_at,
        )
