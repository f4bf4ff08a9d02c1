"""Published: what the report on the fleet says: each station's year, and its days left open."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.finding import Finding
from central.reports.occasion import Occasion

QUALITIES = ("T1", "T2", "P", "D", "R", "X")


@dataclass(frozen=True, slots=True, kw_only=True)
class StationYear:
    """One station from the beginning of the school year on; `missing` entries are None where not known."""

    code: str
    room: str
    since: date
    retired_on: date | None
    heard_at: datetime | None
    days_in_use: int
    days_alive: int
    """School days its certificate holds entries of."""
    days_closed: int
    """School days whose certificate says that nothing of them is left open."""
    days_uncertified: int
    silences: int
    gaps: int
    gaps_unexplained: int
    missing: int
    taps: Mapping[str, int]
    undated: int
    waiting: int
    doubts: int
    aside: int
    faults_open: int
    faults_solved: int
    outages: int

    @property
    def total(self) -> int:
        """All taps of the year that have a date."""
        return sum(self.taps.values())


@dataclass(frozen=True, slots=True)
class StationDay:
    """A school day of a station that is not closed, or on which it was silent; `why` says what is open."""

    code: str
    on: date
    state: str
    entries: int
    taps: int
    alive_minutes: int
    silences: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReport:
    """The stations of a school year; `elsewhere` are faults and outages of no station."""

    of: Occasion
    stations: tuple[StationYear, ...]
    days: tuple[StationDay, ...]
    faults_elsewhere: Mapping[str, int]
    outages_of_school: int
    unread: int
    """Batches central has received and not read yet."""
    findings: tuple[Finding, ...]

    @property
    def taps(self) -> Counter[str]:
        """The taps of all stations by how well their time is known."""
        return sum((Counter(each.taps) for each in self.stations), start=Counter())
