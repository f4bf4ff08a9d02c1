"""Published: the requirements register as papers: how many rows stand how, then every row."""

from collections.abc import Iterator
from typing import Final

from central.exchange.workbook import Cell
from central.reports.board_papers import Papers, Printed
from central.reports.paper_parts import head
from central.reports.requirements_report import RequirementsReport

_STATES: Final = ("met", "at risk", "broken", "needs evidence")
_HOW: Final = (
    "Met, at risk and broken are answered by the records or by a dated document somebody brought; needs "
    "evidence means that neither says anything yet. A document that ran out or was withdrawn is none."
)


def papers(report: RequirementsReport) -> Papers:
    """Return the papers."""
    return Papers(
        title="The requirements register",
        lines=[*head(report.of), _HOW],
        tables=[_counts(report), *_tables(report)],
        signers=("School leader",),
    )


def _counts(report: RequirementsReport) -> Printed:
    counts = report.counts
    rows: list[list[Cell]] = [
        [title, *(counts[name, state] for state in _STATES), sum(counts[name, state] for state in _STATES)]
        for name, title in report.tables.items()
    ]
    sums = [sum(counts[name, state] for name in report.tables) for state in _STATES]
    rows.append(["all", *sums, len(report.rows)])
    return Printed("How the requirements stand", ("List", *_STATES, "Rows"), rows, short="Counts")


def _tables(report: RequirementsReport) -> Iterator[Printed]:
    heads = ("Requirement", "Key", "State", "Why", "Asked of whom, and what", "By", "Source", "Remark")
    for name, title in report.tables.items():
        rows: list[list[Cell]] = [
            [
                *(each.about, each.key, each.state, each.reason),
                ": ".join(part for part in (each.who, each.what) if part),
                each.due,
                each.citation,
                each.remark,
            ]
            for each in report.rows
            if each.table == name
        ]
        yield Printed(title, heads, rows, short=name)
