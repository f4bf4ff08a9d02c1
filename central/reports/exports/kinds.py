"""Published: the exports there are: how each is called, what it needs, and how it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from central.domain.calendar import SchoolYear as Year
from central.errors import CentralError
from central.reports.exports import (
    aeries_atd,
    aeries_att,
    edfi,
    oneroster,
    positive,
    powerschool,
    recovery_files,
    stas,
)
from central.reports.exports.asking import Ask
from central.store.models import SchoolYear
from central.work.exports import Made
from central.work.local_days import local_date


@dataclass(frozen=True, slots=True)
class Kind:
    """One export: its word, what it is for people, and whether days are chosen for it.

    `is_given_once`: what stood in a file of it never stands in another.
    """

    word: str
    says: str
    make: Callable[[Ask], Made]
    takes_days: bool = False
    takes_template: bool = False
    is_given_once: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    kind.word: kind
    for kind in (
        Kind("ic-recovery", "Infinite Campus: recovery records", recovery_files.records),
        Kind("ic-services", "Infinite Campus: recovery services", recovery_files.services),
        Kind(
            "ic-positive",
            "Infinite Campus: positive attendance, what is new",
            positive.make,
            takes_days=True,
            takes_template=True,
            is_given_once=True,
        ),
        Kind(
            "aeries-att",
            "Aeries: attendance (ATT)",
            aeries_att.make,
            takes_days=True,
            takes_template=True,
        ),
        Kind(
            "aeries-atd",
            "Aeries: supplemental attendance (ATD)",
            aeries_atd.make,
            takes_days=True,
            takes_template=True,
        ),
        Kind("stas", "CALPADS: student absence summary (STAS)", stas.make, takes_template=True),
        Kind(
            "edfi",
            "Ed-Fi: attendance events, what is new",
            edfi.make,
            takes_days=True,
            takes_template=True,
            is_given_once=True,
        ),
        Kind("oneroster", "OneRoster: the roster", oneroster.make),
        Kind("powerschool-recovery", "PowerSchool: recovery overrides, to key by hand", powerschool.make),
    )
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which days somebody wants, and as known by the end of which; None stands for all there are."""

    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    version: str = ""


def ask(kind: Kind, year: SchoolYear, wanted: Wanted, now: datetime, template: Path | None) -> Ask:
    """Return what is asked for; days are chosen of attendance alone, everything else is the whole year."""
    named = Year(year.name)
    as_of = wanted.as_of or local_date(year.school, now)
    since, until = named.starts_on, max(named.starts_on, min(as_of, named.ends_on))
    if kind.takes_days:
        since, until = wanted.since or since, wanted.until or until
    return Ask(
        kind=kind.word,
        year=year,
        since=since,
        until=until,
        as_of=as_of,
        now=now,
        template=template if kind.takes_template else None,
        version=wanted.version if kind.word == "oneroster" else "",
    )


def make(asked: Ask) -> Made:
    """Return an export as it would be given.

    Raises CentralError for days outside the school year, days that have not come, and for a template that
    cannot be used.
    """
    year = Year(asked.year.name)
    if asked.since > asked.until:
        msg = f"{asked.since} is after {asked.until}; name the first day before the last"
        raise CentralError(msg)
    if not (year.holds(asked.since) and year.holds(asked.until)):
        msg = f"{asked.since} to {asked.until} is not within {year.name}; name days of that school year"
        raise CentralError(msg)
    today = asked.now.astimezone(asked.zone).date()
    if asked.as_of > today:
        msg = f"{asked.as_of} has not come yet (it is {today}); export as of a day up to today"
        raise CentralError(msg)
    return KINDS[asked.kind].make(asked)


def template_of(data: Path, word: str) -> Path | None:
    """Return the district's template of an export beside the records, exports/WORD.toml, if there is one."""
    path = data / "exports" / f"{word}.toml"
    return path if path.is_file() else None
