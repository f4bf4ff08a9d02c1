"""What a number is made of: the cells of a period, their months, the student-days of a month; and charts."""

from datetime import date, datetime
from typing import Annotated

from django.http import Http404, HttpResponse
from ninja import Query, Schema
from pydantic import BeforeValidator, Field

from central.reports import walk
from central.reports.ground import Ground
from central.reports.groundwork import ground_of
from central.reports.period import PeriodRow, ProofLine
from central.reports.walk import MonthOfCell
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.reports import kind_of
from central.web.api.shapes import MOST, Code, DayOrNone, Offset, Text, Words, whole
from central.web.views.charts import CHARTS
from central.web.views.charts import Asked as ChartAsked
from central.work import viewings
from central.work.tool_rights import Tool

Month = Annotated[int, Field(ge=0, le=20), BeforeValidator(whole)]
PAGES = ("proof", "charts", *(f"chart-{name}" for name in CHARTS), "chart-file")


class KnownCell(Schema):
    """One number of a report: student-days over days taught, and the printed ADA."""

    track: str
    span: str
    modality: str
    student_days: int
    days_taught: int
    ada: str


class KnownCells(Schema):
    """The numbers of a period's report as of a day."""

    year: str
    kind: str
    as_of: date
    cells: list[KnownCell]


class CellMonth(Schema):
    """One school month of a number."""

    month: int
    days_taught: int
    student_days: int


class CellMonths(Schema):
    """A number by school months, which add up to it."""

    cell: KnownCell
    months: list[CellMonth]


class StudentDay(Schema):
    """One student-day, the record it rests on, and who signed that when."""

    student: str
    on: date
    grade: str
    class_code: str
    record: str
    source: str
    stage: str
    certified_by: str
    certified_at: datetime


class StudentDays(Schema):
    """Some student-days of one month of a number, and how many there are."""

    count: int
    days: list[StudentDay]


class CellNamed(Schema):
    """Which number: its track, grade span and modality."""

    track: Words
    span: Words
    modality: Words = "classroom"
    as_of: DayOrNone = None


class ChartWished(Schema):
    """Of which year, days or class a chart is; the newest there are where nothing is named."""

    year: Text = ""
    since: DayOrNone = None
    until: DayOrNone = None
    section: Text = ""


def cells(request: Asked, year: Code, kind: Code, as_of: DayOrNone = None) -> KnownCells:
    """List the numbers of a period's report as of a day."""
    ground, on = _ground(request, (year, kind), as_of)
    return KnownCells(year=year, kind=kind, as_of=on, cells=[_cell(row) for row in walk.cells(ground)])


def months(request: Asked, year: Code, kind: Code, cell: Query[CellNamed]) -> CellMonths:
    """Show the school months of a number."""
    ground, _on = _ground(request, (year, kind), cell.as_of)
    row = _named(ground, cell)
    parts = [_month(one) for one in walk.months(ground, walk.CellName.of(row))]
    return CellMonths(cell=_cell(row), months=parts)


def days(
    request: Asked, year: Code, kind: Code, month: Month, cell: Query[CellNamed], offset: Offset = 0
) -> StudentDays:
    """List the student-days of one school month of a number, each with the record it rests on."""
    ground, on = _ground(request, (year, kind), cell.as_of)
    every = walk.student_days(ground, walk.CellName.of(_named(ground, cell)), month)
    viewings.note(request.auth.staff, viewings.Seen("api student-days", on=on), clock.now())
    return StudentDays(count=len(every), days=[_day(one) for one in every[offset : offset + MOST]])


def chart(request: Asked, name: Code, wish: Query[ChartWished]) -> HttpResponse:
    """Hand out the table of a chart as CSV."""
    del wish
    if name not in CHARTS:
        msg = f"there is no such chart; there are {', '.join(CHARTS)}"
        raise Http404(msg)
    text = CHARTS[name](ChartAsked(request, request.auth.staff, {})).csv()
    return HttpResponse(text.encode(), content_type="text/csv; charset=utf-8")


def _ground(request: Asked, named: tuple[str, str], as_of: date | None) -> tuple[Ground, date]:
    of, period = found.year(request, named[0]), kind_of(named[1]).period
    if period is None:
        msg = "only P-1, P-2 and Annual have a proof that can be walked"
        raise Http404(msg)
    on = found.day_of(of, as_of)
    return ground_of(of, period, on, clock.now()), on


def _named(ground: Ground, cell: CellNamed) -> PeriodRow:
    rows = walk.cells(ground)
    name = walk.name_among(rows, cell.track, cell.span, cell.modality)
    row = next((one for one in rows if walk.CellName.of(one) == name), None)
    if row is None:
        msg = "the report has no such number; the cells of its proof name them"
        raise Http404(msg)
    return row


def _cell(row: PeriodRow) -> KnownCell:
    return KnownCell(
        track=row.track,
        span=row.span.value,
        modality=row.modality.value,
        student_days=row.numerator,
        days_taught=row.divisor,
        ada=str(row.ada),
    )


def _month(of: MonthOfCell) -> CellMonth:
    return CellMonth(month=of.month.number, days_taught=of.days_taught, student_days=of.student_days)


def _day(of: ProofLine) -> StudentDay:
    return StudentDay(
        student=of.student,
        on=of.on,
        grade=of.grade,
        class_code=of.section,
        record=str(of.record),
        source=of.source,
        stage=of.stage,
        certified_by=of.certified_by,
        certified_at=of.certified_at,
    )


_PROOF, _RULES = "/reports/{year}/{kind}/proof", frozenset({409})
OPERATIONS = (
    Operation("proof", "GET", _PROOF, cells, KnownCells, Tool.REPORTS, may_be=_RULES),
    Operation("proofMonths", "GET", f"{_PROOF}/months", months, CellMonths, Tool.REPORTS, may_be=_RULES),
    Operation("proofDays", "GET", f"{_PROOF}/days", days, StudentDays, Tool.REPORTS, may_be=_RULES),
    Operation(
        "chart", "GET", "/charts/{name}", chart, None, Tool.REPORTS, may_be=_RULES, files=("text/csv",)
    ),
)
