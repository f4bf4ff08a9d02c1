"""What a step of the acceptance shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from station.tap import Json


class Outcome(StrEnum):
    """How a step ended; what a station does not have is never called well."""

    WELL = "ok"
    FAILED = "FAIL"
    ABSENT = "not there"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a step found, with its figures; `todo` says what to do when it failed.

    Nothing of it names a card or a person: the report is kept by whoever likes.
    """

    outcome: Outcome
    says: str
    figures: Mapping[str, Json] = field(default_factory=dict)
    todo: str = ""


def share(sorted_figures: list[float], percent: int) -> float:
    """Return the figure that so many percent of them do not exceed; there is one at least."""
    return sorted_figures[min(len(sorted_figures) - 1, len(sorted_figures) * percent // 100)]
