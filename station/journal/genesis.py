"""How an epoch begins: the entry that says whose it is, and what that entry says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from station import chain
from station.errors import EntryError
from station.journal.file import Head, Row
from station.tap import VERSION, Entry, Json, Kind, Reading, decode


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose journal this is: the station's name, its school, and the software that writes."""

    station: str
    school: str
    sw: str

    @property
    def owner(self) -> tuple[str, str]:
        """The station and its school, which no other software changes."""
        return self.station, self.school


def genesis(identity: Identity, reason: str, before: Head | None, reading: Reading) -> Entry:
    """Return the first entry of an epoch that follows the one that ended with `before`."""
    payload: Json = {
        "station": identity.station,
        "school": identity.school,
        "reason": reason,
        "prev_epoch": None if before is None else before.epoch,
        "prev_head": None if before is None else before.h.hex(),
        "sw": identity.sw,
    }
    return Entry(VERSION, Kind.GENESIS, reading, payload)


def origin_of(first: Row | None) -> Mapping[str, Json] | None:
    """Return what the genesis of an epoch says, None for any other row and for one that was changed."""
    if first is None or first.seq != 1 or chain.link(chain.START, first.body) != first.h:
        return None
    try:
        entry = decode(first.body)
    except EntryError:
        return None
    return entry.payload if entry.kind == Kind.GENESIS and isinstance(entry.payload, dict) else None


def owner_in(origin: Mapping[str, Json]) -> tuple[Json, Json]:
    """Return the station and the school that a genesis names."""
    return origin.get("station"), origin.get("school")
