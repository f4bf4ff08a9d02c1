"""Tell which edition of the world's time zones local dates are found by."""

import zoneinfo
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

_MARK = "# version "


@cache
def tzdata_version(places: Sequence[str] = zoneinfo.TZPATH) -> str:
    """Return the edition of the IANA zones in use, like "2026f"; "unknown" where nobody wrote it down.

    The machine's own zones come before the package's, as they do whenever a zone is looked up. It is kept
    with whatever rests on a local date, because a law may change a zone afterwards.
    """
    for place in map(Path, places):
        if (place / "UTC").exists():
            return _edition(place)
    try:
        # The package counts 2026.6 where IANA writes 2026f.
        year, _, number = metadata.version("tzdata").partition(".")
        return f"{year}{chr(ord('a') + int(number) - 1)}"
    except (metadata.PackageNotFoundError, ValueError):
        return "unknown"


def _edition(place: Path) -> str:
    try:
        with (place / "tzdata.zi").open(encoding="ascii") as file:
            first = file.readline().strip()
    except OSError:
        return "unknown"
    return first.removeprefix(_MARK) if first.startswith(_MARK) else "unknown"
