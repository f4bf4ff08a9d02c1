"""The services of a board, as systemd runs them, and their files as the release in use brings them."""

import subprocess
from pathlib import Path
from typing import Final, Protocol

from provisioning.board.update.errors import BuildError
from station.durable import place

SERVICES: Final = ("rollbook-station.service", "rollbook-sync.service")
_LONGEST_S: Final = 150


class Units(Protocol):
    """What an update asks of the services."""

    def begin(self, release: Path) -> None:
        """Have the services run from a release, their files taken from it."""

    def are_ready(self) -> bool:
        """Say whether each of them has told that it is ready."""


class Systemd:
    """The services of this machine; `folder` holds the unit files that are installed."""

    def __init__(self, folder: Path = Path("/etc/systemd/system")) -> None:
        self._folder = folder

    def begin(self, release: Path) -> None:
        """Replace the installed unit files by the release's own and start the services anew."""
        bring_files(release, self._folder)
        _systemctl("daemon-reload")
        # Whether they came up is asked again and again afterwards.
        _systemctl("restart", *SERVICES)

    def are_ready(self) -> bool:
        """Say whether each service is active, which for those that notify means ready."""
        return _systemctl("is-active", *SERVICES).split() == ["active"] * len(SERVICES)


def bring_files(release: Path, folder: Path) -> None:
    """Put a release's unit files in the place of those installed; none is added and none removed.

    Raises BuildError.
    """
    for brought in sorted(release.glob("lib/python3*/site-packages/provisioning/units/rollbook-*")):
        installed = folder / brought.name
        try:
            if installed.is_file() and installed.read_bytes() != (content := brought.read_bytes()):
                place(installed, content)
        except OSError as error:
            msg = f"{installed} cannot be replaced ({error.strerror}); look at the disk and the rights"
            raise BuildError(msg) from error


def _systemctl(*arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  systemd's own program
            ["/usr/bin/systemctl", *arguments],
            capture_output=True,
            text=True,
            timeout=_LONGEST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
