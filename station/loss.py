"""What could not be stored at its time: taps are counted and become a gap entry, the rest is owed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from station.tap import Json, Kind


@dataclass(slots=True)
class Losses:
    """How many presentations were answered NOT_RECORDED since the newest gap entry, and why.

    `owed` are entries of the station's own that must come before anything else.
    """

    count: int = 0
    reason: str = ""
    owed: list[tuple[Kind, Json]] = field(default_factory=list)

    def add(self, error: Exception) -> None:
        """Count one; the first reason is kept, since what follows is often its consequence."""
        if not self.count:
            cause = error.__cause__
            name = getattr(cause, "sqlite_errorname", None) if isinstance(cause, sqlite3.Error) else None
            self.reason = name or type(cause or error).__name__
        self.count += 1

    def entries(self) -> list[tuple[Kind, Json]]:
        """Return what is due before the next entry, the gap entry last; mostly nothing."""
        gap: list[tuple[Kind, Json]] = [(Kind.GAP, {"lost": self.count, "reason": self.reason})]
        return [*self.owed, *gap] if self.count else list(self.owed)

    def settle(self) -> None:
        """Take note that what was due is stored."""
        self.count, self.reason = 0, ""
        self.owed.clear()
