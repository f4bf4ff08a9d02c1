"""Published: the kinds of report there are, and how each is computed and written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from central.domain.finding import Finding
from central.domain.period import PeriodKind
from central.reports import render_period
from central.reports.periods import KINDS, period_report
from central.store.models import SchoolYear

FORMS = ("text", "json", "csv")
_MODULES = ("monthly", "recovery", "minutes", "chronic")


class Report(Protocol):
    """What every report has, whatever it is about."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What it has to say about the school's data."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of report: its word on a command line, its name in a file, how it is made and written.

    `write` returns file name suffixes and texts; the first of them is what is printed.
    """

    word: str
    name: str
    make: Callable[[SchoolYear, date, datetime], Report]
    write: Callable[[Any, str], Mapping[str, str]]  # Any: each kind writes its own report
    period: PeriodKind | None = None


def kinds() -> dict[str, Kind]:
    """Return every kind of report by its word.

    A kind beyond the periods is a module `central.reports.<word>_report` with `report(year, as_of,
    now)` and a module `central.reports.render_<word>` with `render(report, form)`.
    """
    found = {word: _of_a_period(word, kind) for word, kind in KINDS.items()}
    for word in _MODULES:
        made, written = f"central.reports.{word}_report", f"central.reports.render_{word}"
        if find_spec(made) and find_spec(written):
            found[word] = Kind(word, word, import_module(made).report, import_module(written).render)
    return found


def _of_a_period(word: str, kind: PeriodKind) -> Kind:
    def make(year: SchoolYear, as_of: date, now: datetime) -> Report:
        return period_report(year, kind, as_of, now)

    return Kind(word, kind.value, make, render_period.render, kind)
