"""Taps that could not be stored: counted at once, journalled as a gap when the journal works again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from station.errors import JournalError
from station.tap import Json, Kind


@dataclass(slots=True)
class Losses:
    """How many presentations were answered NOT_RECORDED since the newest gap entry, and why."""

    count: int = 0
    reason: str = ""

    def add(self, error: JournalError) -> None:
        """Count one; the first reason is kept, since what follows is often its consequence."""
        if not self.count:
            cause = error.__cause__
            name = getattr(cause, "sqlite_errorname", None) if isinstance(cause, sqlite3.Error) else None
            self.reason = name or type(cause or error).__name__
        self.count += 1

    def entries(self) -> list[tuple[Kind, Json]]:
        """Return the gap entry that is due, or nothing."""
        return [(Kind.GAP, {"lost": self.count, "reason": self.reason})] if self.count else []

    def settle(self) -> None:
        """Take note that the gap entry is stored."""
        self.count, self.reason = 0, ""
