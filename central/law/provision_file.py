"""How provisions are written in TOML, and the refusal of anything written otherwise."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from central.law.errors import ProvisionError

EVIDENCE = ("statute", "official", "secondary", "recalled")

_WHOLE = "whole number"
_FORMS: Mapping[str, str] = {
    "days": _WHOLE,
    "dollars": _WHOLE,
    "minutes": _WHOLE,
    "months": _WHOLE,
    "occasions": _WHOLE,
    "pupils a teacher": _WHOLE,
    "students": _WHOLE,
    "tracks": _WHOLE,
    "weeks": _WHOLE,
    "years": _WHOLE,
    "years of age": _WHOLE,
    "share": r"[1-9]\d*/[1-9]\d*",
    "month-day": r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
    "yes or no": "yes|no",
    "policy": "[a-z]+(_[a-z]+)*",
}
"""How the value of each unit is written: a whole number, or text of this form."""

_PROVISION_KEYS = {"means", "unit", "since"}
_WORDING_KEYS = {"from", "value", "cite", "text", "href", "evidence", "verified"}


@dataclass(frozen=True, slots=True)
class Wording:
    """What a provision says from a day on, and how we know.

    `text` is the sentence of the source; in square brackets it is our summary, because the
    sentence itself was not at hand. `verified` is the day it was last compared with the source.
    """

    since: date
    value: int | str
    cite: str
    text: str
    href: str
    evidence: str
    verified: date


@dataclass(frozen=True, slots=True)
class Provision:
    """One number or choice of the law through time, oldest wording first."""

    name: str
    means: str
    unit: str
    wordings: tuple[Wording, ...]


def parse(text: str, source: str) -> dict[str, Provision]:
    """Read provisions from TOML text; `source` names the text in errors.

    Raises ProvisionError on an unknown or missing key, a value that does not fit its unit,
    an unknown kind of evidence, and dates that do not ascend.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{source} is not TOML: {error}"
        raise ProvisionError(msg) from error
    return {name: _provision(name, table, f"{source}: {name}") for name, table in tables.items()}


def _provision(name: str, table: object, where: str) -> Provision:
    fields = _fields(table, _PROVISION_KEYS, where)
    unit = _text(fields["unit"], f"{where}: unit")
    if unit not in _FORMS:
        msg = f"{where}: {unit!r} is no unit; use one of {', '.join(sorted(_FORMS))}"
        raise ProvisionError(msg)
    since = fields["since"]
    if not isinstance(since, list) or not since:
        msg = f"{where}: give at least one [[{name}.since]]"
        raise ProvisionError(msg)
    wordings = tuple(_wording(entry, unit, f"{where}: since[{index}]") for index, entry in enumerate(since))
    starts = [wording.since for wording in wordings]
    if starts != sorted(set(starts)):
        msg = f"{where}: the dates of its wordings do not ascend"
        raise ProvisionError(msg)
    return Provision(name, _text(fields["means"], f"{where}: means"), unit, wordings)


def _wording(entry: object, unit: str, where: str) -> Wording:
    fields = _fields(entry, _WORDING_KEYS, where)
    evidence = _text(fields["evidence"], f"{where}: evidence")
    if evidence not in EVIDENCE:
        msg = f"{where}: {evidence!r} is no kind of evidence; use one of {', '.join(EVIDENCE)}"
        raise ProvisionError(msg)
    return Wording(
        since=_date(fields["from"], f"{where}: from"),
        value=_value(fields["value"], unit, f"{where}: value"),
        cite=_text(fields["cite"], f"{where}: cite"),
        text=_text(fields["text"], f"{where}: text"),
        href=_text(fields["href"], f"{where}: href"),
        evidence=evidence,
        verified=_date(fields["verified"], f"{where}: verified"),
    )


def _fields(table: object, keys: set[str], where: str) -> dict[str, object]:
    if not isinstance(table, dict) or table.keys() != keys:
        given = table.keys() if isinstance(table, dict) else set[str]()
        unknown, missing = sorted(given - keys), sorted(keys - given)
        msg = f"{where} must have exactly {sorted(keys)}; unknown: {unknown}, missing: {missing}"
        raise ProvisionError(msg)
    return table


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        msg = f"{where} must be text"
        raise ProvisionError(msg)
    return value


def _date(value: object, where: str) -> date:
    # A TOML date with a time would be a datetime, which Python also calls a date.
    if type(value) is not date:
        msg = f"{where} must be a date"
        raise ProvisionError(msg)
    return value


def _value(value: object, unit: str, where: str) -> int | str:
    form = _FORMS[unit]
    if form == _WHOLE and type(value) is int and value > 0:
        return value
    if form != _WHOLE and isinstance(value, str) and re.fullmatch(form, value):
        return value
    msg = f"{where}: {value!r} is not how {unit} are written"
    raise ProvisionError(msg)
