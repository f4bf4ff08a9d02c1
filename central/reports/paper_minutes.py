"""The papers of days and minutes: what was offered against what is required, and what falling short costs."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from central.exchange.workbook import Cell
from central.reports.board_papers import Papers, Printed
from central.reports.minutes import MinutesReport, MinutesRow
from central.reports.rounding import half_up, percent


def papers(report: MinutesReport) -> Papers:
    """Return the report on a year's days and minutes as papers."""
    return Papers(
        title=f"Instructional days and minutes {report.year}",
        lines=[
            (
                "Days and minutes as the calendars plan them and the records know them by the end of "
                f"{report.as_of:%m/%d/%Y}, seen as filed and as they would be if every request to the state "
                "were approved."
            )
        ],
        tables=[
            _days(report),
            _offered(report),
            _site(report),
            _conditions(report),
            Printed(
                "Proof sheet: the minutes of every day",
                ("Track", "Date", "Grade", "Offered", "At the site", "Required"),
                [
                    (day.track, day.on, day.grade.value, day.offered, day.on_site, day.required)
                    for day in report.proof
                ],
                [f"SHA-256 of the proof: {report.digest}"],
                "Proof sheet",
                in_print=False,
            ),
        ],
        signers=("Administrator",),
    )


def _days(report: MinutesReport) -> Printed:
    rows = [
        (
            *(row.track, row.taught, row.needed, row.credited.as_filed, row.credited.if_approved),
            *(percent(row.shortfall.as_filed), percent(row.shortfall.if_approved)),
        )
        for row in report.days
    ]
    columns = (
        *("Track", "Days taught", "Days needed", "Credited as filed", "Credited if approved"),
        *("% lost as filed", "% lost if approved"),
    )
    return Printed("Days", columns, rows, short="Days")


def _offered(report: MinutesReport) -> Printed:
    columns = (
        *("Track", "Grade", "View", "Days", "Offered", "Credited", "Required", "% lost"),
        "Worth in dollars",
    )
    rows = [row for each in report.rows for row in _views(each)]
    return Printed("Minutes offered", columns, rows, short="Minutes")


def _views(row: MinutesRow) -> Iterator[tuple[Cell, ...]]:
    year = row.year
    days = f"{year.days} of {row.days_taught}"
    for name, at in (("as filed", "as_filed"), ("if approved", "if_approved")):
        lost = None if row.shortfall is None else percent(getattr(row.shortfall, at))
        worth: Fraction | None = getattr(row.dollars.lost, at) if row.dollars else None
        dollars: Decimal | None = None if worth is None else half_up(worth)
        credited: int = getattr(row.credited, at)
        yield (
            *(row.track, row.grade.value, name, days, year.offered, credited, row.required),
            *("not judged" if lost is None else lost, dollars),
        )


def _site(report: MinutesReport) -> Printed:
    rows = [
        (
            *(row.track, row.grade.value, row.year.on_site, row.year.site_not_said),
            row.at_site.value if row.at_site else "not judged",
            *(row.year.required, row.least_at_site),
            row.required_at_site.value if row.required_at_site else "not judged",
        )
        for row in report.rows
    ]
    columns = (
        *("Track", "Grade", "At the site", "Not said", "Share of time offered"),
        *("Required at the site", "Least", "Time required"),
    )
    return Printed("Minutes at the site", columns, rows, short="Site")


def _conditions(report: MinutesReport) -> Printed:
    rows = [(found.what, found.verdict.value, found.shown_by) for found in report.conditions]
    columns = ("Condition", "Verdict", "Shown by")
    return Printed("Classroom-based instruction, EC 47612.5(e)(1)", columns, rows, short="Conditions")
