"""Published: the register of requirements as a report: every row with its state, reason and source."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib import import_module
from typing import Any, Final

from central.domain.finding import Finding, Severity
from central.reports.occasion import Occasion, occasion
from central.store.models import SchoolYear

TITLE: Final = "The requirements register"
ABOUT: Final = "Every requirement the school answers for: met, at risk, broken, or in need of evidence."
_REGISTER: Final = "central.register.register"
_TABLES: Final = "central.register.table"
BROKEN, NEEDS_EVIDENCE, AT_RISK = "broken", "needs evidence", "at risk"
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the register as it stands."""

    table: str
    key: str
    about: str
    state: str
    reason: str
    who: str
    what: str
    due: date | None
    citation: str
    remark: str
    """What the school's own words get wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsReport:
    """The register as of a day; `tables` are the titles of its lists by their names, in order."""

    of: Occasion
    tables: Mapping[str, str]
    rows: tuple[Requirement, ...]
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """How many rows of each table stand how."""
        return Counter((row.table, row.state) for row in self.rows)


def report(year: SchoolYear, as_of: date, now: datetime) -> RequirementsReport:
    """Return how every requirement stands at the end of a day; raises CentralError as `occasion` does."""
    of = occasion(year, as_of, now)
    # The register asks reports and so stands above them; it is found by name, as kinds of report are.
    found = import_module(_REGISTER).register(year.school, as_of, year)
    titles = {each.name: each.title for each in import_module(_TABLES).tables()}
    made = RequirementsReport(of=of, tables=titles, rows=tuple(map(_row, found.rows)), findings=())
    return replace(made, findings=tuple(_find(made)))


def _row(standing: Any) -> Requirement:  # noqa: ANN401  a row of the register, which is found by name
    row = standing.row
    cells = [cell for name, cell in row.cells.items() if cell and name not in {"responsible party", "party"}]
    return Requirement(
        table=row.table,
        key=row.key,
        about=": ".join(cells[:2]),
        state=standing.answer.state.value,
        reason=standing.answer.reason,
        who=row.needs.who if row.needs else "",
        what=row.needs.what if row.needs else row.asks,
        due=standing.due,
        citation=row.citation,
        remark=row.finding,
    )


def _find(made: RequirementsReport) -> Iterator[Finding]:
    """Yield the rows of each state but met, once a state."""
    about = (
        (BROKEN, "broken", "see register show KEY for what is wrong, and mend it", Severity.WARNING),
        (
            NEEDS_EVIDENCE,
            "nothing on file says whether they are met",
            "bring what each asks for: rollbook-central register evidence KEY",
            Severity.WARNING,
        ),
        (AT_RISK, "hold today and will not for long", "see to each before its day", Severity.NOTICE),
    )
    for state, says, remedy, severity in about:
        keys = [row.key for row in made.rows if row.state == state]
        if keys:
            more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
            yield Finding(
                "R-REC-01",
                "the requirements register; each row names its own source",
                f"{', '.join(keys[:_SHOWN])}{more}",
                None,
                f"{len(keys)} of {len(made.rows)} requirements: {says}",
                remedy,
                severity,
            )
