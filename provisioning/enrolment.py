"""The file `enlist` brings from central: its public keys, and for each station a token that works once."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from provisioning.errors import EnrolmentFileError

_PUBLIC_KEY = re.compile(r"[0-9a-fA-F]{64}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,128}")
_REMEDY = "make it anew with rollbook-provision enlist"


@dataclass(frozen=True, slots=True)
class Token:
    """What lets one station register its key once."""

    text: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What cards of one school must know of central; the tokens alone are secret."""

    school: str
    server: str
    server_ack: str
    server_config: str
    key_id: str
    release_root: str | None
    tokens: Mapping[str, Token] = field(repr=False)

    def tokens_for(self, stations: Iterable[str], now: datetime) -> Mapping[str, str]:
        """Return the token of each station.

        Errors: EnrolmentFileError naming every station without a token that central would still take.
        """
        found, problems = {}, []
        for station in stations:
            token = self.tokens.get(station)
            if token is None:
                problems.append(f"{station} has no token; {_REMEDY}")
            elif token.expires_at <= now:
                ended = f"{token.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
                problems.append(f"the token of {station} expired at {ended}; {_REMEDY}")
            else:
                found[station] = token.text
        if problems:
            raise EnrolmentFileError(problems)
        return found


def read(file: Path) -> Enrolment:
    """Read the file of an enrolment.

    Errors: EnrolmentFileError when it is not there, is readable by others, or is of another form.
    """
    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            msg = f"others may read {file}, which holds tokens; chmod 600 it"
            raise EnrolmentFileError([msg])
        document = json.loads(file.read_bytes())
    except OSError as error:
        msg = f"cannot read {file} ({error.strerror}); {_REMEDY}"
        raise EnrolmentFileError([msg]) from error
    except ValueError as error:
        msg = f"{file} is not JSON; {_REMEDY}"
        raise EnrolmentFileError([msg]) from error
    try:
        return _enrolment(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # What it holds is secret: only the place is told, never a value.
        msg = f"{file} is not an enrolment of a form this release knows; {_REMEDY}"
        raise EnrolmentFileError([msg]) from error


def _enrolment(document: Mapping[str, object]) -> Enrolment:
    if document["v"] != 1:
        raise ValueError
    tokens, root = document["tokens"], document["release_root"]
    if not isinstance(tokens, dict) or not isinstance(root, str | None):
        raise TypeError
    return Enrolment(
        school=_text(document["school"]),
        server=_text(document["server"]),
        server_ack=_matching(_PUBLIC_KEY, document["server_ack"]).lower(),
        server_config=_matching(_PUBLIC_KEY, document["server_config"]).lower(),
        key_id=_text(document["key_id"]),
        release_root=root,
        tokens={
            station: Token(_matching(_TOKEN, token["token"]), _instant(token["expires_at"]))
            for station, token in tokens.items()
        },
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _matching(shape: re.Pattern[str], value: object) -> str:
    text = _text(value)
    if not shape.fullmatch(text):
        raise ValueError
    return text


def _instant(value: object) -> datetime:
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise ValueError
    return instant
