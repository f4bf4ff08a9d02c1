"""Days a school could not be taught as planned, and what was asked of the state for them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Generic, TypeVar

from central.domain.errors import DomainError

Seen_co = TypeVar("Seen_co", covariant=True)


class RequestKind(StrEnum):
    """What a request on Form J-13A asks for."""

    CLOSURE = "closure"
    MATERIAL_DECREASE = "material decrease"
    LOST_RECORDS = "lost records"


class RequestState(StrEnum):
    """How far a request has come; only an approved one gives credit."""

    DRAFT = "draft"
    FILED = "filed"
    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class RequestDay:
    """One date of one track in a request: minutes asked for, or attendance against what is normal."""

    track: str
    on: date
    minutes: int = 0
    normal: Fraction | None = None
    attended: int | None = None

    def __post_init__(self) -> None:
        if self.minutes < 0 or (self.attended or 0) < 0 or (self.normal or 0) < 0:
            msg = f"a request cannot ask for less than nothing on {self.on}"
            raise DomainError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRequest:
    """One request on Form J-13A with its days and where it stands."""

    request: str
    kind: RequestKind
    cause: str
    days: tuple[RequestDay, ...]
    state: RequestState
    decided_on: date | None = None
    is_emergency_declared: bool = False
    continuity_plan_on: date | None = None

    @property
    def first_day(self) -> date | None:
        """The first date it is about, or None without any."""
        return min((day.on for day in self.days), default=None)

    @property
    def last_day(self) -> date | None:
        """The last date it is about, or None without any."""
        return max((day.on for day in self.days), default=None)


@dataclass(frozen=True, slots=True)
class Views(Generic[Seen_co]):
    """One thing seen twice: as it may be certified today, and as it would be with all requests granted."""

    as_filed: Seen_co
    if_approved: Seen_co


@dataclass(frozen=True, slots=True)
class Credit:
    """The closed days and their minutes the state credits one track with."""

    days: frozenset[date] = frozenset()
    minutes: int = 0
