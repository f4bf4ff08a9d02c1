"""The dated numbers of the law, each with the sentence it comes from."""

import hashlib
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import MappingProxyType

from central.domain.calendar import JULY, SchoolYear
from central.law.errors import LawError, ProvisionError
from central.law.provision_file import Provision, Wording, parse

PARAMETERS = Path(__file__).parent / "parameters"


@cache
def provisions() -> Mapping[str, Provision]:
    """Return every provision by name, in the order of the files' names.

    Raises ProvisionError as `parse` does, and when two files hold the same name.
    """
    every: dict[str, Provision] = {}
    for path in sorted(PARAMETERS.glob("*.toml")):
        found = parse(path.read_text(encoding="utf-8"), path.name)
        twice = sorted(every.keys() & found.keys())
        if twice:
            msg = f"{path.name} states {twice[0]} a second time"
            raise ProvisionError(msg)
        every |= found
    return MappingProxyType(every)


def rule_set_version() -> str:
    """Return a short name that changes whenever any provision does; reports print it."""
    digest = hashlib.sha256()
    for path in sorted(PARAMETERS.glob("*.toml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def in_force(name: str, on: date) -> Wording:
    """Return what the provision called `name` says on a date.

    Raises LawError for an unknown name and for a day before its first wording.
    """
    provision = provisions().get(name)
    if provision is None:
        msg = f"no provision is called {name}"
        raise LawError(msg)
    past = [wording for wording in provision.wordings if wording.since <= on]
    if not past:
        msg = f"{name} is not known to be in force on {on}; it is known from {provision.wordings[0].since} on"
        raise LawError(msg)
    return past[-1]


def number(name: str, on: date) -> int:
    """Return a provision counted in whole numbers, as it stands on a date."""
    value = in_force(name, on).value
    if not isinstance(value, int):
        msg = f"{name} is {value!r}, not a whole number"
        raise LawError(msg)
    return value


def choice(name: str, on: date) -> str:
    """Return a provision written as a word, as it stands on a date."""
    value = in_force(name, on).value
    if not isinstance(value, str):
        msg = f"{name} is the number {value}, not a word"
        raise LawError(msg)
    return value


def share(name: str, on: date) -> Fraction:
    """Return a provision written as a share such as "11/20", exactly."""
    return Fraction(choice(name, on))


def date_in(name: str, year: SchoolYear) -> date:
    """Return the date a provision written as "04-15" falls on in a school year."""
    month, day = map(int, choice(name, year.starts_on).split("-"))
    calendar_year = year.starts_on.year if month >= JULY else year.ends_on.year
    return date(calendar_year, month, day)
