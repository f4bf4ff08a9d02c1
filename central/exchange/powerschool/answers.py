"""What PowerSchool's answers say: rows of a query, what became of each record sent, what changed."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

Row = Mapping[str, str]
"""One row of a query, by the names of its columns in lower case."""

_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_NUMBER: Final = re.compile(r"[0-9]{1,19}")


class UnreadableError(Exception):
    """Report an answer that is not what was asked for."""


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """What became of one record: its key there if it was taken, or the codes of why it was not."""

    is_taken: bool
    dcid: str = ""
    why: str = ""


def rows(body: bytes) -> list[Row]:
    """Return the rows of a query's answer, flattened or by table; raises UnreadableError."""
    found = _object(body).get("record", [])
    return [_row(each) for each in _objects(found)]


def count(body: bytes) -> int:
    """Return how many rows a query counts; raises UnreadableError."""
    said = str(_object(body).get("count", ""))
    if not _NUMBER.fullmatch(said):
        msg = "no count"
        raise UnreadableError(msg)
    return int(said)


def count_of_taken(body: bytes) -> int | None:
    """Return how many records a writing call says it inserted or updated, None where it does not say."""
    try:
        said = _object(body)
    except UnreadableError:
        return None
    counts = [said.get("insert_count"), said.get("update_count")]
    numbers = [int(count) for count in counts if isinstance(count, int)]
    return sum(numbers) if numbers else None


def of_records(body: bytes, sent: int) -> list[RecordAnswer] | None:
    """Return what became of each of the records sent, in their order; None where that cannot be told.

    An answer that lists more or fewer records than were sent, or one key twice, is believed about none.
    """
    try:
        listed = list(_objects(_object(body).get("result", [])))
    except UnreadableError:
        return None
    found = [_answer(each) for each in listed]
    keys = [each.dcid for each in found if each.dcid]
    return found if len(found) == sent and len(set(keys)) == len(keys) else None


def changes(body: bytes, table: str) -> tuple[int, set[str]]:
    """Return the feed's new position and the keys of what changed in a table; raises UnreadableError."""
    said = _object(body)
    position, tables = said.get("$dataversion"), said.get("tables")
    if not str(position).isdigit() or not isinstance(tables, dict):
        msg = "a feed of changes without position or tables"
        raise UnreadableError(msg)
    named: dict[str, object] = {str(name).lower(): keys for name, keys in tables.items()}
    keys = named.get(table, [])
    if not isinstance(keys, list):
        msg = "a table of changes without keys"
        raise UnreadableError(msg)
    found = {str(key.get("id") if isinstance(key, dict) else key) for key in keys}
    return int(str(position)), {key for key in found if _NUMBER.fullmatch(key)}


def token(body: bytes) -> str:
    """Return the access token an answer grants; raises UnreadableError."""
    granted = _object(body).get("access_token")
    if not isinstance(granted, str) or not granted.isascii() or not granted.isprintable() or not granted:
        msg = "no access token"
        raise UnreadableError(msg)
    return granted


def _answer(listed: Mapping[str, object]) -> RecordAnswer:
    if str(listed.get("status", "")).upper() == "SUCCESS":
        message = listed.get("success_message")
        key = str(message.get("id", "")) if isinstance(message, dict) else ""
        return RecordAnswer(is_taken=True, dcid=key if _NUMBER.fullmatch(key) else "")
    message = listed.get("error_message")
    errors = message.get("error", []) if isinstance(message, dict) else []
    return RecordAnswer(is_taken=False, why=", ".join(_codes(errors)) or "no reason given")


def _codes(errors: object) -> Iterable[str]:
    """Yield field and code of each error; free text may name a student and is left where it is."""
    for error in errors if isinstance(errors, list) else [errors]:
        if isinstance(error, dict):
            words = [str(error.get(name, "")) for name in ("field", "error_code")]
            if said := " ".join(word for word in words if _CODE.fullmatch(word)):
                yield said


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError as error:
        msg = "no JSON"
        raise UnreadableError(msg) from error
    if not isinstance(found, dict):
        msg = "no JSON object"
        raise UnreadableError(msg)
    return found


def _objects(found: object) -> Iterable[Mapping[str, object]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        msg = "no list of records"
        raise UnreadableError(msg)
    return found


def _row(record: Mapping[str, object]) -> Row:
    tables = record.get("tables")
    parts = tables.values() if isinstance(tables, dict) else [record]
    return {
        str(name).lower(): "" if value is None else str(value)
        for part in parts
        if isinstance(part, dict)
        for name, value in part.items()
        if not isinstance(value, dict | list)
    }
