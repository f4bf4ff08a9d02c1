"""The states a requirement can be in, each with its reason."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from central.register.table import Row


class State(StrEnum):
    """How a requirement stands."""

    MET = "met"
    AT_RISK = "at risk"
    """It holds today and will not for long, or a day by which it must hold is near."""
    BROKEN = "broken"
    NEEDS_EVIDENCE = "needs evidence"


@dataclass(frozen=True, slots=True)
class Answer:
    """A state and the reason for it: what a query found, or which evidence was brought."""

    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A row as it stands on a day; `due` is the day its evidence must be there, where it needs some."""

    row: Row
    answer: Answer
    due: date | None = None


def met(reason: str) -> Answer:
    """Answer that a requirement is met."""
    return Answer(State.MET, reason)


def broken(reason: str) -> Answer:
    """Answer that a requirement is broken."""
    return Answer(State.BROKEN, reason)


def at_risk(reason: str) -> Answer:
    """Answer that a requirement is at risk."""
    return Answer(State.AT_RISK, reason)


def needs_evidence(reason: str) -> Answer:
    """Answer that nothing on file says whether a requirement is met."""
    return Answer(State.NEEDS_EVIDENCE, reason)
