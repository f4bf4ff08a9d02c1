"""Where a new release may come from, and whether it is one this board takes."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning.board.update.errors import UpdateError
from provisioning.board.update.layout import VERSION, Layout, ordered
from provisioning.board.update.state import State

WANTED_FILE: Final = "wanted.json"
FOLDER: Final = "release"
_MOST_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True)
class Source:
    """A folder that may hold signed releases, and the one that is wanted of it; None means its newest."""

    folder: Path
    version: str | None


def sources(layout: Layout) -> Iterator[Source]:
    """Yield where to look: what the agent handed over, then what a person laid on the card."""
    wanted = wanted_version(layout)
    if wanted is not None:
        yield Source(layout.handed_over / FOLDER, wanted)
    if (layout.on_the_card / "metadata/timestamp.json").is_file():
        yield Source(layout.on_the_card, None)


def wanted_version(layout: Layout) -> str | None:
    """Return which release central wishes, as the agent wrote it down; None for anything else."""
    try:
        # Written by an account with fewer rights; what it says is proven later.
        descriptor = os.open(layout.handed_over / WANTED_FILE, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as stream:
            version = json.loads(stream.read(_MOST_BYTES))["version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return version if isinstance(version, str) and VERSION.fullmatch(version) else None


def wish(layout: Layout) -> str:
    """Return which wish to try again lies there, by the writing of its file; empty when none does."""
    try:
        found = layout.asked.lstat()
    except OSError:
        return ""
    return f"{found.st_mtime_ns}-{found.st_ino}"


def require_takeable(version: str, running: str, state: State) -> None:
    """Raise UpdateError for a release older than one that was found well here, or one that was given up."""
    newest = max((each for each in (running, state.floor) if each is not None), key=ordered)
    if ordered(version) < ordered(newest):
        msg = f"release {version} is older than {newest}, and a station takes no older one; offer a newer one"
        raise UpdateError(msg)
    if version in state.refused:
        why = state.refused[version]
        msg = f"release {version} was given up here ({why}); order try-update, or offer another"
        raise UpdateError(msg)
