"""Where everything of an update lies on a board."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

VERSION: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one board; `root` is / except where it is rehearsed."""

    root: Path

    @property
    def opt(self) -> Path:
        """Where the releases are, and the links that name two of them."""
        return self.root / "opt/rollbook"

    @property
    def releases(self) -> Path:
        """One environment a release."""
        return self.opt / "releases"

    @property
    def current(self) -> Path:
        """The link to the release that runs."""
        return self.opt / "current"

    @property
    def good(self) -> Path:
        """The link to the last release that was found well; the updater itself runs from it."""
        return self.opt / "good"

    @property
    def trusted_root(self) -> Path:
        """The public beginning of all trust in releases."""
        return self.root / "etc/rollbook/release-root.json"

    @property
    def own(self) -> Path:
        """What only root writes: proven metadata, what is under way, what was refused."""
        return self.root / "var/lib/rollbook-update"

    @property
    def station(self) -> Path:
        """The folder of the station and its agent."""
        return self.root / "var/lib/rollbook"

    @property
    def handed_over(self) -> Path:
        """Where the agent lays what it fetched, and says which release is wanted."""
        return self.station / "update"

    @property
    def asked(self) -> Path:
        """What the agent lays down where central ordered to try once more."""
        return self.station / "update-asked"

    @property
    def on_the_card(self) -> Path:
        """Where a person may lay a release by hand: the part of the card every computer can read."""
        return self.root / "boot/firmware/rollbook/release"

    def release(self, version: str) -> Path:
        """Return the environment of a release."""
        return self.releases / version


def ordered(version: str) -> tuple[int, ...]:
    """Return a version as numbers that compare, 1.2 and 1.2.0 alike; raise ValueError for another form."""
    if not VERSION.fullmatch(version):
        msg = f"{version!r} is no version of a release; it must be numbers like 1.2.0"
        raise ValueError(msg)
    numbers = [int(part) for part in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
