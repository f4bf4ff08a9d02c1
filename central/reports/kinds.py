"""Published: the kinds of report there are, and how each is computed and written down."""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Protocol

from central import reports
from central.domain.finding import Finding
from central.domain.period import PERIODS, PeriodKind
from central.store.models import SchoolYear

if TYPE_CHECKING:
    from central.reports.board_papers import Papers

FORMS: Final = ("text", "json", "csv", "xlsx", "pdf")
SUFFIX: Final = {"text": "txt", "json": "json", "csv": "csv", "xlsx": "xlsx", "pdf": "pdf"}
MEDIA_TYPES: Final = {
    "txt": "text/plain",
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_FIRST: Final = ("monthly", "recovery", "minutes", "chronic")


class Report(Protocol):
    """What every report has, whatever it is about."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What it has to say about the school's data."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of report: its word on a command line, its name in a file, how it is made and written.

    `write` returns file name suffixes and texts for the text forms; the first of them is what is
    printed. `papers` returns the same report as it is printed on paper and set into a workbook.
    """

    word: str
    name: str
    make: Callable[[SchoolYear, date, datetime], Report]
    write: Callable[[Any, str], Mapping[str, str]]  # Any: each kind writes its own report
    papers: Callable[[Any], "Papers"]  # Any: as above
    period: PeriodKind | None = None
    has_own_texts: bool = True
    """Whether its texts are its own; those of the others are made from its papers."""
    names_students: bool = False
    """Whether students stand in it by name, so that whoever opens it is noted."""

    @property
    def title(self) -> str:
        """Its name as a paper says it."""
        return self.name if self.period else self.name.replace("-", " ").capitalize()


def words() -> tuple[str, ...]:
    """Return the word of every kind of report there is, those everybody files first."""
    return (*PERIODS, *(module.replace("_", "-") for module in _modules()))


def kinds() -> dict[str, Kind]:
    """Return every kind of report by its word."""
    return {word: kind_of(word) for word in words()}


@cache
def kind_of(word: str) -> Kind:
    """Return one kind of report; only what that kind is made of is loaded.

    A kind beyond the periods is a module `central.reports.<word>_report` with `report(year, as_of,
    now)` and a module `central.reports.paper_<word>` with `papers(report)`, a hyphen of the word being
    an underscore. One with a module `render_<word>` writes its text forms itself; those of the others are
    made from its papers. Raises KeyError for a word there is no kind of.
    """
    if word in PERIODS:
        return _of_a_period(word, PERIODS[word])
    module = word.replace("-", "_")
    if module not in _modules():
        raise KeyError(word)
    making = import_module(f"central.reports.{module}_report")
    papers = import_module(f"central.reports.paper_{module}").papers
    own = _own_texts(module)
    names = getattr(making, "NAMES_STUDENTS", False)
    return Kind(
        word,
        word,
        making.report,
        own or _from_papers(papers),
        papers,
        has_own_texts=own is not None,
        names_students=names,
    )


@cache
def _modules() -> tuple[str, ...]:
    """Return what the modules of the kinds begin with, those everybody files first."""
    names = {module.name for module in pkgutil.iter_modules(reports.__path__)}
    there = {name.removesuffix("_report") for name in names if name.endswith("_report")}
    there = {name for name in there if f"paper_{name}" in names}
    return (*(name for name in _FIRST if name in there), *sorted(there.difference(_FIRST)))


def _own_texts(module: str) -> Callable[[Any, str], Mapping[str, str]] | None:  # Any: as above
    name = f"central.reports.render_{module}"
    return import_module(name).render if find_spec(name) else None


def _from_papers(
    papers: Callable[[Any], "Papers"],
) -> Callable[[Any, str], Mapping[str, str]]:  # Any: as above
    from central.reports import render_papers

    def write(report: Report, form: str) -> Mapping[str, str]:
        return render_papers.render(papers(report), report.findings, caveats_of(report), form)

    return write


def caveats_of(report: Report) -> tuple[Finding, ...]:
    """Return what the law leaves open about a report, where its kind says so."""
    found: tuple[Finding, ...] = getattr(report, "caveats", ())
    return found


def _of_a_period(word: str, kind: PeriodKind) -> Kind:
    from central.reports import paper_period, render_period
    from central.reports.periods import period_report

    def make(year: SchoolYear, as_of: date, now: datetime) -> Report:
        return period_report(year, kind, as_of, now)

    return Kind(word, kind.value, make, render_period.render, paper_period.papers, kind)
