"""What a report says about the school's data and about the law, as tables of its papers."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from central.domain.finding import Finding, Severity
from central.reports.board_papers import Papers, Printed

_ORDER: Final = {Severity.BLOCKING: 0, Severity.WARNING: 1, Severity.NOTICE: 2}
_COLUMNS: Final = ("Weight", "Says", "About", "On", "Remedy", "Rule", "Law")
FINDINGS: Final = "Findings"


def with_findings(papers: Papers, findings: Iterable[Finding], caveats: Iterable[Finding]) -> Papers:
    """Return papers with a table of findings, and one of what the law leaves open, where they have none."""
    names = {table.name for table in papers.tables}
    more = []
    if FINDINGS not in names:
        more.append(_table("What is to be said against the data", FINDINGS, findings))
    open_ones = tuple(caveats)
    if open_ones and "Law" not in names:
        more.append(_table("What the law leaves open", "Law", open_ones))
    return replace(papers, tables=(*papers.tables, *more))


def _table(title: str, short: str, found_ones: Iterable[Finding]) -> Printed:
    ordered = sorted(found_ones, key=lambda found: _ORDER[found.severity])
    rows = [
        (
            *(found.severity.value, found.says, found.subject, found.on),
            *(found.remedy, found.rule, found.citation),
        )
        for found in ordered
    ]
    return Printed(title, _COLUMNS, rows, short=short)
