"""Published: cards and phones handed out, as CSV; raw numbers are read here and kept by nobody."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from central.exchange import table
from central.exchange.problem import Problem, Where, refuse
from central.exchange.table import Columns, Row
from station import credential

_COLUMNS: Final = Columns(
    ("kind", "value", "since"),
    ("studentNumber", "staffNumber", "until"),
    {"student": "studentNumber", "staff": "staffNumber"},
)
_SC1_BYTES: Final = 8
# The same reading of a number as the station's, or no tap would ever find its holder.
_CANONICAL: Final[dict[str, Callable[[bytes], str | None]]] = {
    "uid": credential.canonical_uid,
    "idm": credential.canonical_idm,
    "em": credential.canonical_em,
    "sc1": lambda raw: raw.hex() if len(raw) == _SC1_BYTES and any(raw) else None,
}


@dataclass(frozen=True, slots=True)
class Issue:
    """A credential given to a student or to a member of staff; its token is a keyed hash."""

    where: Where
    is_student: bool
    number: str = field(repr=False)
    kind: str
    token: bytes = field(repr=False)
    since: date
    until: date | None
    device_key: str = ""
    """Of a phone issued here: its public key, compressed P-256 in hexadecimal."""


def read(file: str, data: bytes, school_key: bytes, problems: list[Problem]) -> list[Issue]:
    """Return what was handed out; every value is hashed at once under the school's key."""
    issues: list[Issue] = []
    for row in table.read(file, data, _COLUMNS, problems):
        student, staff = row.text("studentNumber", 40), row.text("staffNumber", 40)
        if bool(student) == bool(staff):
            row.problem("name either a student or a member of staff", "studentNumber")
        kind, since, until = row.needed("kind").casefold(), row.needed_day("since"), row.day("until")
        value = _value(row, kind)
        if since and until and until < since:
            row.problem(f"the credential ends ({until}) before it begins ({since})", "until")
        if value and since:
            token = credential.token(school_key, kind, value)
            issues.append(Issue(row.where, bool(student), student or staff, kind, token, since, until))
    return issues


def token_of(kind: str, value: str, school_key: bytes) -> bytes:
    """Return the token of one card whose number somebody typed; raises InputError without the number."""
    problems: list[Problem] = []
    read_value = _value(Row(Where("card"), {"value": value.strip()}, problems), kind)
    refuse("this is no number of a card; nothing was written", problems)
    return credential.token(school_key, kind, read_value or "")


def _value(row: Row, kind: str) -> str | None:
    """Return the canonical hexadecimal value; the raw one is never part of a problem's text."""
    text = row.needed("value").replace(":", "").replace(" ", "")
    if kind not in _CANONICAL:
        row.problem(f"{kind!r} is no kind of credential; write one of {', '.join(_CANONICAL)}", "kind")
        return None
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        row.problem("the value is not hexadecimal", "value")
        return None
    value = _CANONICAL[kind](raw)
    if text and value is None:
        reason = "it has the wrong length, or is one a card draws anew at every touch"
        row.problem(f"the value cannot identify a {kind} credential: {reason}", "value")
    return value
