"""Published: the cards seen lately that nobody is known to hold, as the stations tapped them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from central.store.models import Credential, School, Tap

_MOST_TAPS: Final = 5_000
_MOST_CARDS: Final = 500


@dataclass(frozen=True, slots=True)
class Sighting:
    """One tap of a card nobody is known to hold."""

    room: str
    station: str
    at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class UnknownCard:
    """A card without a holder and where it was seen, the newest first; `held_by` had it last."""

    token: bytes = field(repr=False)
    reader: str
    sightings: tuple[Sighting, ...]
    held_by: str = ""
    held_until: date | None = None

    @property
    def last(self) -> Sighting:
        """Where it was seen last."""
        return self.sightings[0]

    @property
    def first(self) -> Sighting:
        """Where it was seen first, of what is shown."""
        return self.sightings[-1]


def unknown_cards(school: School, since: date, station: str = "") -> list[UnknownCard]:
    """Return the cards tapped since a day without a holder, the one seen last first; two queries."""
    taps = Tap.objects.filter(
        school=school, outcome=Tap.Outcome.UNKNOWN_CREDENTIAL, on__gte=since, token__isnull=False
    )
    if station:
        taps = taps.filter(station=station)
    columns = ("token", "reader", "station__room__name", "station_id", "earliest_at", "on")
    seen: dict[bytes, list[Sighting]] = defaultdict(list)
    readers: dict[bytes, str] = {}
    for stored, reader, room, code, at, on in taps.order_by("-earliest_at").values_list(*columns)[
        :_MOST_TAPS
    ]:
        if stored is None or at is None or on is None:
            continue
        token = bytes(stored)
        readers.setdefault(token, reader)
        seen[token].append(Sighting(room, code, at, on))
    held = _held_last(school, seen.keys())
    return [
        UnknownCard(token, readers[token], tuple(sightings), *held.get(token, ("", None)))
        for token, sightings in seen.items()
    ]


def _held_last(school: School, tokens: Iterable[bytes]) -> dict[bytes, tuple[str, date | None]]:
    """Return by card the number of whoever had it last, and until when."""
    rows = Credential.objects.filter(school=school, token__in=list(tokens)[:_MOST_CARDS]).order_by("since")
    columns = ("token", "student__number", "staff__number", "until")
    return {
        bytes(token): (student or staff or "", until)
        for token, student, staff, until in rows.values_list(*columns)
    }
