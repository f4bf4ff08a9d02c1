"""What is noted of updates between two starts of the board: one file, whole at every moment."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from provisioning.board.update.errors import StateError
from station.durable import place

FILE_NAME: Final = "state.json"


@dataclass(frozen=True, slots=True)
class Pending:
    """A release on trial: what ran before it, how often it was begun, and which readers were well before.

    `is_back` says that it was found unfit, so that a power cut on the way back leads back as well.
    """

    before: str
    after: str
    readers: Sequence[str] = ()
    attempt: int = 0
    is_back: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What a board knows of its updates.

    `floor` is the newest release that was ever found well; `known_at` a time that has come for certain;
    `refused` says why each release was given up; `tried` names the last wish to try again; `said` is the
    last thing worth telling.
    """

    floor: str | None = None
    known_at: datetime | None = None
    pending: Pending | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    tried: str = ""
    said: str = ""


def read(folder: Path) -> State:
    """Return what was noted, or the beginning where nothing was; raises StateError."""
    file = folder / FILE_NAME
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        pending, known_at = told["pending"], told["known_at"]
        return State(
            floor=told["floor"],
            known_at=None if known_at is None else datetime.fromisoformat(known_at),
            pending=None if pending is None else Pending(**pending),
            refused=dict(told["refused"]),
            tried=told["tried"],
            said=told["said"],
        )
    except FileNotFoundError:
        return State()
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{file} cannot be read ({error}); look at the disk, then remove the file"
        raise StateError(msg) from error


def write(folder: Path, state: State) -> None:
    """Note it durably, readable by everybody: nothing of it is secret; raises StateError."""
    pending = state.pending
    told = {
        "v": 1,
        "floor": state.floor,
        "known_at": None if state.known_at is None else state.known_at.astimezone(UTC).isoformat(),
        "pending": None if pending is None else _members(pending),
        "refused": dict(state.refused),
        "tried": state.tried,
        "said": state.said,
    }
    file = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place(file, (json.dumps(told, indent=1) + "\n").encode())
    except OSError as error:
        msg = f"{file} cannot be written ({error.strerror}); look at the disk"
        raise StateError(msg) from error


def _members(pending: Pending) -> dict[str, object]:
    return {
        "before": pending.before,
        "after": pending.after,
        "readers": list(pending.readers),
        "attempt": pending.attempt,
        "is_back": pending.is_back,
        "why": pending.why,
    }
