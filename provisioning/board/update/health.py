"""Whether a release on trial does its work, told by what station and agent write themselves."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STATION_STATUS, AGENT_STATUS = "status.json", "sync-status.json"
_MOST_BYTES: Final = 64 * 1024
_TALKED: Final = frozenset({"IDLE", "DRAIN"})
_WELL: Final = "ready"

Mark = tuple[int, int]
"""Which writing of a file this is."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The statuses written since a release was begun; None for one that is still as it was."""

    station: Mapping[str, object] | None
    agent: Mapping[str, object] | None

    @property
    def has_talked(self) -> bool:
        """Say whether the agent had an answer of central's that it could prove."""
        return self.agent is not None and self.agent.get("state") in _TALKED

    def illness(self, version: str, readers: Sequence[str]) -> str | None:
        """Say what is not well, None when all is; `readers` were ready before."""
        if self.station is None:
            return "the station has not said how it is"
        if self.station.get("sw") != version:
            return f"the station that runs is {self.station.get('sw')}"
        states = reader_states(self.station)
        for name in readers:
            if states.get(name) != _WELL:
                return f"reader {name} is {states.get(name, 'gone')}, and was ready before"
        return "the agent has not said how it is" if self.agent is None else None


def marks(folder: Path) -> tuple[Mark | None, Mark | None]:
    """Return which writings of the two statuses lie there now."""
    return _mark(folder / STATION_STATUS), _mark(folder / AGENT_STATUS)


def seen_since(folder: Path, before: tuple[Mark | None, Mark | None]) -> Seen:
    """Return the statuses that are not those of before."""
    return Seen(*(_newer(folder / name, mark) for name, mark in zip(_NAMES, before, strict=True)))


def ready_readers(folder: Path) -> list[str]:
    """Return the readers that are ready now, by name; none where there is no reader, or no station runs."""
    states = reader_states(_content(folder / STATION_STATUS) or {})
    return sorted(name for name, state in states.items() if state == _WELL)


def reader_states(status: Mapping[str, object]) -> dict[str, str]:
    """Return the state of each reader in a station's status."""
    readers = status.get("readers")
    if not isinstance(readers, dict):
        return {}
    return {str(name): str(each.get("state")) for name, each in readers.items() if isinstance(each, dict)}


_NAMES: Final = (STATION_STATUS, AGENT_STATUS)


def _newer(file: Path, mark: Mark | None) -> Mapping[str, object] | None:
    return None if _mark(file) in {mark, None} else _content(file)


def _mark(file: Path) -> Mark | None:
    try:
        found = file.lstat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def _content(file: Path) -> Mapping[str, object] | None:
    try:
        # Both are written by accounts with fewer rights than this program's.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as stream:
            told = json.loads(stream.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
