"""What station.toml may say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station.panel.settings import PanelSettings
from station.reader.settings import ReaderSettings
from station.settings import Secret, load
from station.sidecar import FOLDER as SIDECAR

DEFAULT_FILE: Final = Path("/etc/rollbook/station.toml")
KEY_BYTES: Final = 32
# The name goes into addresses and file names.
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """The school key tokens are derived with, and the name central knows it by."""

    key_id: str
    key: Secret


@dataclass(frozen=True, slots=True)
class PracticeSettings:
    """A rehearsal: time is moved forward by the file named, and every record says so for ever."""

    clock: Path


@dataclass(frozen=True, slots=True)
class StationSettings:
    """One station, as station.toml describes it."""

    station: str
    school: str
    state_dir: Path
    token: TokenSettings
    readers: tuple[ReaderSettings, ...]
    panel: PanelSettings
    practice: PracticeSettings | None = None
    sidecar_dir: Path | None = None

    @property
    def sidecar(self) -> Path:
        """The folder of the journal's second copy: beside the journal, or better on another disk."""
        return self.sidecar_dir or self.state_dir / SIDECAR

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.station):
            msg = f"station is {self.station!r}; give lower-case letters, digits and dashes, 63 at most"
            raise ValueError(msg)
        names = [reader.name for reader in self.readers]
        if not names or len(set(names)) < len(names):
            msg = "readers must be one at least, each with a name of its own; correct the [[readers]] tables"
            raise ValueError(msg)


def read(file: Path) -> StationSettings:
    """Return the settings of a station; raises SettingsError naming every problem."""
    return load(file, StationSettings)
