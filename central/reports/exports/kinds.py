"""Published: the exports there are: how each is called, what it needs, and how it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from central.work.exports import Made


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


def make(ask: Ask) -> Made:
    """Return an export as it would be given.

    Raises CentralError for days outside the school year, days that have not come, and for a template that
    cannot be used.
    """
    year = Year(ask.year.name)
    if ask.since > ask.until:
        msg = f"{ask.since} is after {ask.until}; name the first day before the last"
        raise CentralError(msg)
    if not (year.holds(ask.since) and year.holds(ask.until)):
        msg = f"{ask.since} to {ask.until} is not within {year.name}; name days of that school year"
        raise CentralError(msg)
    today = ask.now.astimezone(ask.zone).date()
    if ask.as_of > today:
        msg = f"{ask.as_of} has not come yet (it is {today}); export as of a day up to today"
        raise CentralError(msg)
    return KINDS[ask.kind].make(ask)


def template_of(data: Path, word: str) -> Path | None:
    """Return the district's template of an export beside the records, exports/WORD.toml, if there is one."""
    path = data / "exports" / f"{word}.toml"
    return path if path.is_file() else None
