"""The one signed file a kit hands over: central's certificate of the kit, and what was printed and keyed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from central.errors import RefusedError
from central.exchange.kit.contents import Json, Terms
from sync_agent.signing import Signature, SignatureError, SigningKey, VerifyKey, open_note, sign_note

CERTIFICATE: Final = "kit"
HAND_OVER: Final = "hand-over"
_MARK, _VERSION = "hand-over", 1
_ALTERED: Final = "the file was altered, or is no hand-over of a kit; take it from the laptop again"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet as it was keyed; `mark` is P, A or T."""

    student: str
    on: date
    mark: str
    came: time | None = None
    left: time | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A sheet the kit printed: number, class, days, who stood on it, and who printed it when."""

    number: str
    section: str
    on_first: date
    on_last: date
    students: tuple[str, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Keyed:
    """A sheet that was keyed to its end: number, class, days, its rows, and who keyed it until when."""

    number: str
    section: str
    on_first: date
    on_last: date
    rows: tuple[Row, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """Everything of one kit at one time; a later one of the same kit holds this and more."""

    kit: str
    by: str
    at: datetime
    printed: tuple[Printed, ...]
    keyed: tuple[Keyed, ...]


@dataclass(frozen=True, slots=True)
class Certified:
    """What central said of a kit: whose it is, its public key and its terms."""

    school: str
    public_key: str
    terms: Terms


def certify(certified: Certified, key: SigningKey) -> Mapping[str, str]:
    """Return central's signed word on a kit."""
    terms = certified.terms
    note = {
        "v": _VERSION,
        "kit": terms.kit,
        "school": certified.school,
        "public": certified.public_key,
        "made_at": terms.made_at.isoformat(),
        "last_on": terms.last_on.isoformat(),
        "expires_at": terms.expires_at.isoformat(),
        "serials": [terms.first_serial, terms.last_serial],
    }
    return sign_note(CERTIFICATE, note, key)


def write(over: HandOver, certificate: Mapping[str, str], key: SigningKey) -> bytes:
    """Return the file: one line, in the one form that is read again."""
    body = {
        "v": _VERSION,
        "kit": over.kit,
        "certificate": certificate["sig"],
        "by": over.by,
        "at": over.at.isoformat(),
        "printed": [
            {**_of(each), "students": list(each.students), "by": each.by, "at": each.at.isoformat()}
            for each in over.printed
        ],
        "keyed": [
            {**_of(each), "rows": [_row(row) for row in each.rows], "by": each.by, "at": each.at.isoformat()}
            for each in over.keyed
        ],
    }
    return _file(certificate, sign_note(HAND_OVER, body, key))


def read(data: bytes, central: VerifyKey) -> tuple[Certified, HandOver]:
    """Return what a file proves: central's certificate, and what the certified kit signed.

    Raises RefusedError for any altered byte, and for a kit this central did not certify.
    """
    try:
        fields: Json = json.loads(data)
        certificate, signed = dict(fields["certificate"]), dict(fields["hand_over"])
        is_ours = fields["rollbook"] == _MARK and _file(certificate, signed) == data
        kid = Signature.of(certificate).kid
    except (ValueError, TypeError, KeyError, RecursionError, SignatureError) as error:
        raise RefusedError(_ALTERED) from error
    if not is_ours:
        raise RefusedError(_ALTERED)
    if kid != central.kid:
        msg = "the kit was not saved by this server; take the file to the school whose kit it is"
        raise RefusedError(msg)
    try:
        certified = _certified(open_note(CERTIFICATE, certificate, central))
        body: Json = open_note(HAND_OVER, signed, VerifyKey.from_hex(certified.public_key))
        over = _hand_over(body)
    except (ValueError, TypeError, KeyError, SignatureError) as error:
        raise RefusedError(_ALTERED) from error
    if over.kit != certified.terms.kit or body["certificate"] != certificate["sig"]:
        raise RefusedError(_ALTERED)
    return certified, over


def _file(certificate: Mapping[str, str], signed: Mapping[str, str]) -> bytes:
    fields = {"rollbook": _MARK, "certificate": _signed(certificate), "hand_over": _signed(signed)}
    return (json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _signed(signed: Mapping[str, str]) -> dict[str, str]:
    return {"note": signed["note"], **Signature.of(signed).members()}


def _of(each: Printed | Keyed) -> Json:
    days = [each.on_first.isoformat(), each.on_last.isoformat()]
    return {"number": each.number, "section": each.section, "days": days}


def _row(row: Row) -> list[str | None]:
    return [row.student, row.on.isoformat(), row.mark, _clock(row.came), _clock(row.left)]


def _clock(at: time | None) -> str | None:
    return None if at is None else f"{at:%H:%M}"


def _certified(note: Json) -> Certified:
    terms = Terms(
        str(note["kit"]),
        datetime.fromisoformat(note["made_at"]),
        date.fromisoformat(note["last_on"]),
        datetime.fromisoformat(note["expires_at"]),
        *map(int, note["serials"]),
    )
    return Certified(str(note["school"]), str(note["public"]), terms)


def _hand_over(body: Json) -> HandOver:
    printed = tuple(
        Printed(*_named(each), tuple(map(str, each["students"])), *_who(each)) for each in body["printed"]
    )
    keyed = tuple(
        Keyed(*_named(each), tuple(map(_read_row, each["rows"])), *_who(each)) for each in body["keyed"]
    )
    return HandOver(str(body["kit"]), *_who(body), printed, keyed)


def _named(each: Json) -> tuple[str, str, date, date]:
    first, last = each["days"]
    return str(each["number"]), str(each["section"]), date.fromisoformat(first), date.fromisoformat(last)


def _who(each: Json) -> tuple[str, datetime]:
    return str(each["by"]), datetime.fromisoformat(each["at"])


def _read_row(cells: list[Any]) -> Row:  # cells as json reads them
    student, on, mark, came, left = cells
    times = (None if text is None else time.fromisoformat(text) for text in (came, left))
    return Row(str(student), date.fromisoformat(on), str(mark), *times)
