"""Published: the certificate of a whole school's day: every station's, and which stayed silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from sync_agent.certificate import CLOSED, OPEN
from sync_agent.wire import VERSION, Fields

PURPOSE: Final = "school-certificate"


@dataclass(frozen=True, slots=True)
class StationDay:
    """One station's part: the SHA-256 of its certificate's note, the roots of its ranges, its state."""

    station: str
    certificate: str
    roots: Sequence[str]
    state: str

    def members(self) -> dict[str, object]:
        """Return it as it stands in a note."""
        return {
            "station": self.station,
            "certificate": self.certificate,
            "roots": list(self.roots),
            "state": self.state,
        }

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read it; raise WireError."""
        roots = fields.members.get("roots")
        if not isinstance(roots, list):
            raise fields.wrong("roots", "a list")  # noqa: EM101  names a member, as everywhere
        named = [Fields("roots", {"root": each}).digest("root").hex() for each in roots]
        return cls(fields.text("station"), fields.digest("certificate").hex(), named, fields.text("state"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolCertificate:
    """One revision of a school's day; `silent` are the stations in use of which no entry is held that day.

    `index` is its place in the log of all of them, from 0.
    """

    index: int
    school: str
    day: date
    stations: Sequence[StationDay]
    silent: Sequence[str]
    prev: str | None
    replaces: str | None
    revision: int

    @property
    def state(self) -> str:
        """Return closed once every station's day is; a school without stations has nothing to close."""
        is_closed = self.stations and all(each.state == CLOSED for each in self.stations)
        return CLOSED if is_closed else OPEN

    def members(self) -> dict[str, object]:
        """Return the note to be signed for the purpose "school-certificate"."""
        return {
            "v": VERSION,
            "index": self.index,
            "school": self.school,
            "day": self.day.isoformat(),
            "stations": [each.members() for each in self.stations],
            "silent": list(self.silent),
            "prev": self.prev,
            "replaces": self.replaces,
            "revision": self.revision,
            "state": self.state,
        }

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a proven note; raise WireError."""
        fields = Fields(PURPOSE, members)
        fields.fixed("v", VERSION)
        stations, silent = fields.members.get("stations"), fields.members.get("silent")
        if not isinstance(stations, list) or not isinstance(silent, list):
            raise fields.wrong("stations", "a list beside the list of the silent")  # noqa: EM101  names a member
        found = cls(
            index=fields.whole("index"),
            school=fields.text("school"),
            day=date.fromisoformat(fields.text("day")),
            stations=[
                StationDay.of(Fields(PURPOSE, {"station": each}).nested("station")) for each in stations
            ],
            silent=[Fields(PURPOSE, {"station": each}).text("station") for each in silent],
            prev=fields.text_or_none("prev"),
            replaces=fields.text_or_none("replaces"),
            revision=fields.whole("revision", 1),
        )
        fields.fixed("state", found.state)
        return found
