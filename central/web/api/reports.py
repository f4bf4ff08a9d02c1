"""Every report in every form, as of any day: one file of it to look at, or all its files to keep."""

from base64 import b64encode
from datetime import date
from typing import Final, Literal

from django.http import Http404, HttpResponse
from ninja import Schema

from central.reports.files import ReportFiles, report_files, stem
from central.reports.kinds import MEDIA_TYPES, Kind, kinds
from central.store.models import SchoolYear
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, DayOrNone, Text
from central.work.tool_rights import Tool
from central.work.viewings import Seen, note

Form = Literal["text", "json", "csv", "xlsx", "pdf"]
_TEXTS: Final = frozenset({"txt", "json", "csv"})

PAGES = ("reports", "report", "download")


class YearOfReports(Schema):
    """A school year reports can be made of."""

    name: str


class ReportsThereAre(Schema):
    """The years and the kinds of report there are."""

    years: list[YearOfReports]
    kinds: list[str]


class ReportFile(Schema):
    """One file of a report: its `text`, to be written as it is in UTF-8, or its bytes in `base64`."""

    name: str
    text: str | None = None
    base64: str | None = None


class WholeReport(Schema):
    """A report with its proof sheet and findings; `is_quiet` where nothing asks for attention."""

    year: str
    kind: str
    as_of: date
    is_quiet: bool
    files: list[ReportFile]


def reports(request: Asked) -> ReportsThereAre:
    """List the years and the kinds of report there are."""
    years = SchoolYear.objects.filter(school=request.auth.staff.school).order_by("-name")
    return ReportsThereAre(years=[YearOfReports(name=year.name) for year in years], kinds=list(kinds()))


def report_whole(
    request: Asked, year: Code, kind: Code, form: Form = "json", as_of: DayOrNone = None
) -> WholeReport:
    """Make a report with its proof sheet and findings, as the server itself would write them."""
    made, which, on = _made(request, (year, kind), form, as_of)
    return WholeReport(
        year=year,
        kind=which.word,
        as_of=on,
        is_quiet=made.is_quiet,
        files=[_file(name, data) for name, data in made.files.items()],
    )


def report_file(
    request: Asked,
    year: Code,
    kind: Code,
    form: Form = "json",
    as_of: DayOrNone = None,
    part: Text = "",
) -> HttpResponse:
    """Make one file of a report: the report itself, or the `part` proof or findings."""
    made, which, on = _made(request, (year, kind), form, as_of)
    start = stem((which, found.year(request, year), on))
    wanted = f"{start}_{part}." if part else f"{start}."
    for name, data in made.files.items():
        if name.startswith(wanted):
            suffix = name.rpartition(".")[2]
            charset = "; charset=utf-8" if suffix in _TEXTS else ""
            return HttpResponse(
                data,
                content_type=f"{MEDIA_TYPES[suffix]}{charset}",
                headers={"Content-Disposition": f'attachment; filename="{name}"'},
            )
    have = ", ".join(name.removeprefix(start) for name in made.files)
    msg = f"this report has no such part; it has {have}"
    raise Http404(msg)


def _file(name: str, data: bytes) -> ReportFile:
    if name.rpartition(".")[2] in _TEXTS:
        return ReportFile(name=name, text=data.decode())
    return ReportFile(name=name, base64=b64encode(data).decode())


def _made(
    request: Asked, named: tuple[str, str], form: str, as_of: date | None
) -> tuple[ReportFiles, Kind, date]:
    year, kind = found.year(request, named[0]), kind_of(named[1])
    staff = request.auth.staff
    on = as_of or clock.today(staff.school)
    note(staff, Seen(f"api report {kind.word}"), clock.now())
    return report_files((kind, year, on), clock.now(), form), kind, on


def kind_of(word: str) -> Kind:
    """Return the kind of report of a word; raises Http404."""
    kind = kinds().get(word)
    if kind is None:
        msg = f"there is no such report; there are {', '.join(kinds())}"
        raise Http404(msg)
    return kind


_MAY_BE = frozenset({409})
OPERATIONS = (
    Operation("reports", "GET", "/reports", reports, ReportsThereAre, Tool.REPORTS),
    Operation(
        "reportWhole",
        "GET",
        "/reports/{year}/{kind}/files",
        report_whole,
        WholeReport,
        Tool.REPORTS,
        may_be=_MAY_BE,
    ),
    Operation(
        "report",
        "GET",
        "/reports/{year}/{kind}",
        report_file,
        None,
        Tool.REPORTS,
        may_be=_MAY_BE,
        files=tuple(MEDIA_TYPES.values()),
    ),
)
