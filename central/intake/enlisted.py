"""Which one-time tokens there are, and what has become of each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from central.intake.published import Published

FILE_NAME = "enrolments.json"


@dataclass(frozen=True, slots=True)
class Token:
    """A token's station, its last moment, and what became of it: open, used, revoked or retired.

    `kid` names the key it has brought, if any.
    """

    station: str
    expires_at: datetime
    state: str
    kid: str | None


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one school by their SHA-256 in hex."""

    school: str | None
    by_digest: Mapping[str, Token]


class Enlisted:
    """The file enrolments.json, followed while the intake runs."""

    def __init__(self, data: Path) -> None:
        """Look in central's data folder."""
        self._file = Published(data / FILE_NAME, _read, Tokens(None, {}))

    def current(self) -> Tokens:
        """Return the tokens there are at this moment."""
        return self._file.current()


def _read(data: bytes) -> Tokens:
    listed = json.loads(data)
    if listed["v"] != 1:
        msg = "the list of tokens is of another version"
        raise ValueError(msg)
    tokens = {
        entry["digest"]: Token(
            entry["station"], datetime.fromisoformat(entry["expires_at"]), entry["state"], entry["kid"]
        )
        for entry in listed["tokens"]
    }
    return Tokens(listed["school"], tokens)
