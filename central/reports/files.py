"""Published: a report as its files, and whether anything in it asks for attention."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from central.domain.finding import Severity
from central.errors import CentralError
from central.reports.kinds import Kind, Report
from central.store.models import SchoolYear

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]*")


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The files of one report by their names, the report itself first.

    `is_quiet` where no finding is more than a notice.
    """

    texts: Mapping[str, str]
    is_quiet: bool


What = tuple[Kind, SchoolYear, date]
"""Which report: its kind, its year, and the day as of which."""


def stem(what: What) -> str:
    """Return what the files of a report are called, before what tells them apart."""
    kind, year, as_of = what
    practice = "PRACTICE_" if year.school.is_practice else ""
    return f"{practice}{kind.name}_{year.name}_as-of_{as_of}"


def named(what: What, texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts that are known by their suffixes by the names of their files."""
    return {f"{stem(what)}{suffix}": text for suffix, text in texts.items()}


def written(report: Report, what: What, form: str) -> ReportFiles:
    """Write a report down in one form."""
    is_quiet = all(found.severity is Severity.NOTICE for found in report.findings)
    return ReportFiles(named(what, what[0].write(report, form)), is_quiet)


def report_files(what: What, now: datetime, form: str) -> ReportFiles:
    """Compute a report and write it down in one form; raises CentralError where it cannot be computed."""
    kind, year, as_of = what
    return written(kind.make(year, as_of, now), what, form)


def plain_name(name: str) -> str:
    """Return the name of a file another server gave, which may lead nowhere; raises CentralError."""
    if not _PLAIN.fullmatch(name):
        msg = f"a report's file is not called {name!r}; whoever answered is no Rollbook server"
        raise CentralError(msg)
    return name
