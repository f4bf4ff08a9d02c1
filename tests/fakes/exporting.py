"""Exports of the recovery school: asked for as its clerk does, and read back cell by cell."""

import csv
import io
from datetime import date
from pathlib import Path

from central.reports.exports.asking import Ask
from central.reports.exports.kinds import make
from central.work.exports import Made
from tests.fakes.recovery_school import FIRST_DAY, RecoverySchool, at

LATER = date(2026, 4, 17)
"""A day everything has happened by."""


def ask(
    school: RecoverySchool,
    kind: str,
    days: tuple[date, date] = (FIRST_DAY, LATER),
    template: Path | None = None,
    version: str = "",
) -> Ask:
    """Ask for an export of some days as of their last."""
    return Ask(
        kind=kind,
        year=school.year,
        since=days[0],
        until=days[1],
        as_of=days[1],
        now=at(LATER, "18:00"),
        template=template,
        version=version,
    )


def made(school: RecoverySchool, kind: str, template: Path | None = None) -> Made:
    """Make an export of everything so far."""
    return make(ask(school, kind, template=template))


def rows(data: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    """Read a file with a heading."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=delimiter))


def told(found: Made) -> list[str]:
    """Return each finding with what stands behind it."""
    return [f"{one.subject}: {one.says} ({one.citation})" for one in found.findings]
