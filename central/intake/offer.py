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


class Offers:
    """The folders other processes publish into, looked at for one station at a time."""

    def __init__(self, data: Path) -> None:
        """Look below central's data folder."""
        self._data = data
        self._versions: dict[Path, Published[int | None]] = {}

    def of(self, station: str) -> Offer:
        """Return what there is for a station that is in use."""
        return Offer(
            self._version(self._data / "rosters" / f"{station}.json"),
            self._version(self._data / "configs" / f"{station}.json"),
            self._day(self._data / "certificates" / station / "awaits.txt"),
        )

    def _version(self, path: Path) -> int | None:
        published = self._versions.get(path)
        if published is None:
            published = self._versions[path] = Published(path, _version, None)
        return published.current()

    def _day(self, path: Path) -> str | None:
        # Unlike a version, this goes away again: no file says that nothing waits.
        try:
            return date.fromisoformat(path.read_text(encoding="ascii").strip()).isoformat()
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            log.exception("published.unusable", file=path.name)
            return None


def _version(data: bytes) -> int:
    return int(json.loads(json.loads(data)["note"])["version"])
