"""Published: a report as its files, and whether anything in it asks for attention."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from central.domain.finding import Severity
from central.reports.kinds import Kind
from central.store.models import SchoolYear


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The files of one report by their names, the report itself first.

    `is_quiet` where no finding is more than a notice.
    """

    texts: Mapping[str, str]
    is_quiet: bool


def stem(kind: Kind, year: SchoolYear, as_of: date) -> str:
    """Return what the files of a report are called, before what tells them apart."""
    practice = "PRACTICE_" if year.school.is_practice else ""
    return f"{practice}{kind.name}_{year.name}_as-of_{as_of}"


def report_files(kind: Kind, year: SchoolYear, as_of: date, now: datetime, form: str) -> ReportFiles:
    """Compute a report and write it down in one form; raises CentralError where it cannot be computed."""
    report = kind.make(year, as_of, now)
    name = stem(kind, year, as_of)
    texts = {f"{name}{suffix}": text for suffix, text in kind.write(report, form).items()}
    return ReportFiles(texts, all(found.severity is Severity.NOTICE for found in report.findings))
