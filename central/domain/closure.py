"""Days a school could not be taught as planned, and what was asked of the state for them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


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
