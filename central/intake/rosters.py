"""The rosters published for stations: which version there is, and its bytes."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from central.intake.published import Published


@dataclass(frozen=True, slots=True)
class Roster:
    """A published roster; `etag` is written as HTTP wants it, in quotes."""

    etag: str
    data: bytes


class Rosters:
    """The folder of published rosters, one file a station; only versions are kept in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._versions: dict[str, Published[int | None]] = {}

    def version(self, station: str) -> int | None:
        """Return the version published for a station that is in use, or None while there is none."""
        published = self._versions.get(station)
        if published is None:
            published = self._versions[station] = Published(self._file(station), _version, None)
        return published.current()

    def read(self, station: str) -> Roster | None:
        """Return the roster published for a station that is in use, or None while there is none."""
        try:
            data = self._file(station).read_bytes()
        except FileNotFoundError:
            return None
        return Roster(f'"{hashlib.sha256(data).hexdigest()}"', data)

    def _file(self, station: str) -> Path:
        return self._folder / f"{station}.json"


def _version(data: bytes) -> int:
    return int(json.loads(json.loads(data)["note"])["version"])
