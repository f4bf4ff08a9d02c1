"""Name what is published for a station, so that it asks for what it lacks."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from central.intake.published import Published
from station.logs import Log

log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """Versions of roster and configuration, and the day whose certificate waits to be signed (2026-11-20)."""

    roster: int | None = None
    config: int | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class _Places:
    roster: Published[int | None]
    config: Published[int | None]
    awaits: Path


class Offers:
    """The folders other processes publish into, looked at for one station at a time."""

    def __init__(self, data: Path) -> None:
        """Look below central's data folder."""
        self._data = data
        self._places: dict[str, _Places] = {}

    def of(self, station: str) -> Offer:
        """Return what there is for a station that is in use."""
        places = self._places.get(station)
        if places is None:
            places = self._places[station] = _Places(
                Published(self._data / "rosters" / f"{station}.json", _version, None),
                Published(self._data / "configs" / f"{station}.json", _version, None),
                self._data / "certificates" / station / "awaits.txt",
            )
        return Offer(places.roster.current(), places.config.current(), self._day(places.awaits))

    def _day(self, path: Path) -> str | None:
        # Unlike a version, this goes away again: no file says that nothing waits.
        try:
            if not path.exists():
                return None
            return date.fromisoformat(path.read_text(encoding="ascii").strip()).isoformat()
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            log.exception("published.unusable", file=path.name)
            return None


def _version(data: bytes) -> int:
    return int(json.loads(json.loads(data)["note"])["version"])
