"""Which keys stations brought, and which were refused, as the intake keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from central.store.reading import Place, ask_once

# Before this version of its schema a file holds no keys.
_SINCE: Final = 3
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Brought:
    """The one key a token (its SHA-256, hex) has brought; `public` is hex."""

    digest: str
    station: str
    public: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A key that was refused; `shown` is the digest of the token, or the kid of the key before."""

    station: str
    shown: str
    kid: str
    reason: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Successor:
    """A station's key that follows another, whose kid is `after_kid`; `public` is hex."""

    station: str
    kid: str
    public: str
    after_kid: str


class BroughtKeys:
    """What the intake keeps of keys. All raise UnavailableError."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def under(self, digests: Iterable[str]) -> list[Brought]:
        """Return what these tokens have brought."""
        wanted = list(digests)
        found: list[Brought] = []
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"SELECT token, station, public FROM enrolment WHERE token IN ({marks})"  # noqa: S608  marks alone
            found += [Brought(*row) for row in self._ask(query, *some)]
        return found

    def refusals(self, since: datetime | None) -> list[Refusal]:
        """Return what was refused at an instant or later, the earliest first."""
        query = (
            "SELECT station, token, kid, reason, received_ms FROM enrolment_refusal"
            " WHERE received_ms >= ? ORDER BY received_ms, id"
        )
        since_ms = 0 if since is None else (since - _EPOCH) // timedelta(milliseconds=1)
        return [
            Refusal(station, shown, kid, reason, _EPOCH + timedelta(milliseconds=int(received_ms)))
            for station, shown, kid, reason, received_ms in self._ask(query, since_ms)
        ]

    def successors(self) -> list[Successor]:
        """Return every key that follows another, the earliest first."""
        query = "SELECT station, kid, public, after_kid FROM rotation ORDER BY received_ms"
        return [Successor(*row) for row in self._ask(query)]

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return ask_once(self._place, query, *values, since=_SINCE)
