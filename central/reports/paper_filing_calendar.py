"""Published: the filing calendar as papers."""

from typing import Final

from central.exchange.workbook import Cell
from central.reports.board_papers import Papers, Printed
from central.reports.filing_calendar_report import FilingCalendar, FilingLine
from central.reports.paper_parts import head

_HOW: Final = (
    "Days come from texts named beside them. Where no text we read gives one, none is invented: ask your "
    "county or look into your agreement. Closed means frozen and signed here; the sending is yours."
)


def papers(report: FilingCalendar) -> Papers:
    """Return the papers."""
    with_day = [line for line in report.lines if line.filing.due is not None]
    without = [line for line in report.lines if line.filing.due is None]
    return Papers(
        title=f"Filing calendar {report.of.year}",
        lines=[*head(report.of), _HOW],
        tables=[_with_day(with_day), _without(without)],
    )


def _with_day(lines: list[FilingLine]) -> Printed:
    rows: list[list[Cell]] = [
        [
            *(line.filing.due, line.filing.paper.value, line.filing.part, line.filing.to),
            *(line.done_on, line.state, line.filing.citation),
        ]
        for line in lines
    ]
    heads = ("Due", "What", "Of", "To", "Closed on", "On record", "Source")
    known = dict.fromkeys(
        f"To the {line.filing.to}: {line.filing.says}." for line in lines if line.filing.says
    )
    return Printed("With a day", heads, rows, says=list(known), short="Due")


def _without(lines: list[FilingLine]) -> Printed:
    rows: list[list[Cell]] = [
        [
            *(line.filing.paper.value, line.filing.part, line.filing.part_ends, line.filing.to),
            *(line.done_on, line.state, line.filing.says, line.filing.citation),
        ]
        for line in lines
    ]
    heads = ("What", "Of", "Month ends", "To", "Closed on", "On record", "To know", "Source")
    return Printed("Without a day in any text we read", heads, rows, short="No day")
