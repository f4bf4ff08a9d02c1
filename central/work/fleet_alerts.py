"""The alerts of a station: what is wrong, how soon to look, what to do, and whether somebody knows."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from central.store.models import AlertSilence
from central.work.fleet_conditions import CONDITIONS, Figures
from central.work.fleet_facts import Facts


class Severity(StrEnum):
    """How soon somebody should go and look."""

    URGENT = "act now"
    SOON = "look soon"


@dataclass(frozen=True, slots=True)
class Alert:
    """One row of the table, in English; pages translate it."""

    code: str
    severity: Severity
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert that holds of a station, and what somebody said of it that still counts."""

    alert: Alert
    figures: Figures
    silence: AlertSilence | None

    @property
    def says(self) -> str:
        """Say it in English."""
        return self.alert.sentence % self.figures

    @property
    def is_open(self) -> bool:
        """Tell whether nobody silenced it."""
        return self.silence is None

    @property
    def is_urgent(self) -> bool:
        """Tell whether somebody should act now."""
        return self.is_open and self.alert.severity is Severity.URGENT


def raised(facts: Facts) -> list[Raised]:
    """Return the alerts of a station, those nobody silenced first, the urgent before the others."""
    found = []
    for code, when in CONDITIONS.items():
        figures = when(facts)
        if figures is not None:
            found.append(Raised(ALERTS[code], figures, _silence(facts, code, facts.now)))
    return sorted(found, key=lambda each: (not each.is_open, not each.is_urgent))


def need(alerts: Sequence[Raised]) -> tuple[int, int]:
    """Return how needy a station is, the neediest the least: its urgent alerts, and all that are open."""
    return -sum(each.is_urgent for each in alerts), -sum(each.is_open for each in alerts)


def _silence(facts: Facts, code: str, now: datetime) -> AlertSilence | None:
    said = facts.silences.get(code)
    return said if said is not None and said.until_at > now else None


def _read() -> Mapping[str, Alert]:
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        code: Alert(code, Severity.URGENT if row["is_urgent"] else Severity.SOON, row["says"], row["do"])
        for code, row in table.items()
    }


ALERTS: Final = _read()
"""Every alert there is, by code."""
