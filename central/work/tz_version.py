"""Which edition of the world's time zones local days are reckoned by."""

import zoneinfo
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

_UNKNOWN: Final = "unknown"


@cache
def tz_version() -> str:
    """Return its name, like 2026a: that of the machine where it has one, else that of the package."""
    for folder in zoneinfo.TZPATH:
        for name, word in (("tzdata.zi", 2), ("+VERSION", 0)):
            try:
                first, *_ = (Path(folder) / name).read_text(encoding="ascii").splitlines()
                return first.split()[word]
            except (OSError, ValueError, IndexError):
                continue
    try:
        return metadata.version("tzdata")
    except metadata.PackageNotFoundError:
        return _UNKNOWN
