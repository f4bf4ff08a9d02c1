"""Published: who is expected at a station, as a sorted list of token beginnings."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from station.errors import RosterError
from station.logs import Log
from station.tap import TOKEN_BYTES

FILE_NAME: Final = "roster.json"
WIDTH: Final = 8
"""Bytes kept of each token: 80 kB for 10,000 cards, a stranger taken for known once in 1.8e15."""

_VERSION = 1
log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Roster:
    """One version of the tokens expected at one station, and which of them are the staff's."""

    station: str
    version: int
    key_id: str
    width: int
    tokens: bytes
    expires_at: datetime
    staff: bytes = b""

    def __len__(self) -> int:
        return len(self.tokens) // self.width

    @property
    def staff_count(self) -> int:
        """How many of the tokens are the staff's."""
        return len(self.staff) // self.width

    def knows(self, token: bytes) -> bool:
        """Say whether a token is expected here."""
        return self._is_among(self.tokens, token)

    def is_staff(self, token: bytes) -> bool:
        """Say whether a token is one of the staff's; a roster that names none makes nobody staff."""
        return self._is_among(self.staff, token)

    def is_stale(self, now: datetime) -> bool:
        """Say whether central meant this roster to be replaced by now."""
        return now >= self.expires_at

    def is_ordered(self) -> bool:
        """Say whether the tokens ascend, without which none could be found."""
        return all(pieces == sorted(set(pieces)) for pieces in map(self._pieces, (self.tokens, self.staff)))

    def _is_among(self, beginnings: bytes, token: bytes) -> bool:
        wanted, width = token[: self.width], self.width
        count = len(beginnings) // width
        place = bisect_left(range(count), wanted, key=lambda at: beginnings[at * width : (at + 1) * width])
        return beginnings[place * width : (place + 1) * width] == wanted

    def _pieces(self, beginnings: bytes) -> list[bytes]:
        return [beginnings[at : at + self.width] for at in range(0, len(beginnings), self.width)]


def compose(
    station: str,
    version: int,
    key_id: str,
    tokens: Iterable[bytes],
    expires_at: datetime,
    staff: Iterable[bytes] = (),
) -> str:
    """Return the text of a roster file for whole 16-byte tokens in any order.

    `staff` are those whose holders may do at the station what staff may; they are expected as well.
    """
    fields: dict[str, object] = {
        "v": _VERSION,
        "station": station,
        "version": version,
        "key_id": key_id,
        "width": WIDTH,
        "tokens": _beginnings(tokens),
        "expires_at": expires_at.isoformat(),
        "staff": _beginnings(staff),
    }
    return json.dumps(fields, separators=(",", ":"))


def _beginnings(tokens: Iterable[bytes]) -> str:
    return base64.b64encode(b"".join(sorted({token[:WIDTH] for token in tokens}))).decode("ascii")


def parse(text: str) -> Roster:
    """Return the roster a file's text describes; raises RosterError when it describes none."""
    try:
        fields = json.loads(text)
        if fields["v"] != _VERSION:
            msg = f"the roster has format {fields['v']!r} and only {_VERSION} is known"
            raise RosterError(msg)
        roster = Roster(
            station=str(fields["station"]),
            version=int(fields["version"]),
            key_id=str(fields["key_id"]),
            width=int(fields["width"]),
            tokens=base64.b64decode(fields["tokens"], validate=True),
            expires_at=datetime.fromisoformat(fields["expires_at"]),
            # Rosters of central before it knew staff cards have no such field.
            staff=base64.b64decode(fields.get("staff", ""), validate=True),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        msg = f"this is no roster ({type(error).__name__}: {error}); have central make it again"
        raise RosterError(msg) from error
    _check(roster)
    return roster


def _check(roster: Roster) -> None:
    listed = (roster.tokens, roster.staff)
    if not 1 <= roster.width <= TOKEN_BYTES or any(len(found) % roster.width for found in listed):
        msg = f"the roster's tokens are not a whole number of {roster.width}-byte pieces; have it made again"
        raise RosterError(msg)
    if roster.expires_at.tzinfo is None:
        msg = "the roster's expires_at names no offset from UTC; have it made again"
        raise RosterError(msg)
    if not roster.is_ordered():
        msg = "the roster's tokens are not in ascending order; have it made again"
        raise RosterError(msg)


class RosterFile:
    """The roster in force at a station, read again whenever its file was replaced.

    A file that is missing or broken, or that was made for another station or another key, leaves
    the last good roster in force: recording never waits for a roster.
    """

    def __init__(self, path: Path, station: str, key_id: str) -> None:
        self._path = path
        self._wanted = (station, key_id)
        self._seen: tuple[int, int, int] | None = None
        self._roster: Roster | None = None

    def current(self) -> Roster | None:
        """Return the roster in force, None while there never was a good one."""
        try:
            stat = self._path.stat()
        except OSError:
            return self._roster
        seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if seen != self._seen:
            self._seen = seen
            self._take()
        return self._roster

    def _take(self) -> None:
        try:
            roster = parse(self._path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, RosterError) as error:
            log.warning("roster.refused", file=self._path.name, why=error)
            return
        if (roster.station, roster.key_id) != self._wanted:
            log.warning("roster.refused", station=roster.station, key_id=roster.key_id, why="not for us")
            return
        self._roster = roster
        log.info("roster.taken", version=roster.version, tokens=len(roster))
