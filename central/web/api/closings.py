"""A report of a period closed under a one-time code, its editions, and what it would be if."""

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import Http404, HttpResponse
from ninja import Query, Schema
from ninja.responses import Status
from pydantic import Field

from central.domain.period import Edition, PeriodKind
from central.reports import render_what_if
from central.reports.closing import Signer, close_with_code
from central.reports.editions import ClosedEdition
from central.reports.editions import editions as editions_of
from central.reports.snapshots import Filing
from central.reports.what_if import Supposition
from central.reports.what_if_report import what_if as suppose
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.reports import kind_of
from central.web.api.shapes import Code, Day, DayOrNone, Form, Text, Words
from central.work.tool_rights import Right, Tool

PAGES = ("report", "editions")
_MEDIA_TYPES = {"text": "text/plain", "json": "application/json", "csv": "text/csv"}


class CellChanged(Schema):
    """A printed cell of an edition."""

    cell: str
    ada: str


class KnownEdition(Schema):
    """A closed report as it was filed, with its cells; amounts are decimals as printed."""

    revision: int
    edition: str
    reason: str
    as_of: date
    made_at: datetime
    signed_by: str
    digest: str
    rule_set: str
    total: str
    difference: str
    cells: list[CellChanged]


class KnownEditions(Schema):
    """Every closed report of a period, the oldest first."""

    year: str
    kind: str
    editions: list[KnownEdition]


class ClosingAsked(Form):
    """A closing under the code of this moment; whatever is not the first one says why."""

    as_of: Day
    one_time_code: Words
    edition: Edition | None = None
    reason: Text = ""
    audited_on: Day | None = None


class Closed(Schema):
    """What was closed, in a sentence."""

    says: str


class Supposed(Schema):
    """What is supposed: lines of the form KEY=VALUE, as the command `report --what-if` takes them."""

    suppose: Annotated[list[Words], Field(min_length=1, max_length=10)]
    form: Literal["text", "json", "csv"] = "json"
    as_of: DayOrNone = None


def editions(request: Asked, year: Code, kind: Code) -> KnownEditions:
    """Show every closed edition of a period's report, the oldest first."""
    of = found.year(request, year)
    every = editions_of(of, _period(kind))
    return KnownEditions(year=of.name, kind=kind, editions=[_edition(one) for one in every])


def close(request: Asked, year: Code, kind: Code, form: ClosingAsked) -> Status[Closed]:
    """Freeze a report under a one-time code; what is closed is never changed afterwards."""
    of = found.year(request, year)
    made = kind_of(kind).make(of, form.as_of, clock.now())
    signer = Signer(request.auth.staff, clock.now(), form.one_time_code.strip())
    filing = Filing(form.edition, form.reason, form.audited_on)
    return Status(201, Closed(says=close_with_code(made, of, signer, filing)))


def what_if(request: Asked, year: Code, kind: Code, asked: Query[Supposed]) -> HttpResponse:
    """Tell what a period's report would come to if; nothing of it can be filed."""
    of = found.year(request, year)
    supposed = Supposition.of(tuple(asked.suppose))
    told = suppose(of, _period(kind), found.day_of(of, asked.as_of), clock.now(), supposed)
    text = next(iter(render_what_if.render(told, asked.form).values()))
    return HttpResponse(text.encode(), content_type=f"{_MEDIA_TYPES[asked.form]}; charset=utf-8")


def _period(kind: str) -> PeriodKind:
    period = kind_of(kind).period
    if period is None:
        msg = "only P-1, P-2 and Annual have that"
        raise Http404(msg)
    return period


def _edition(of: ClosedEdition) -> KnownEdition:
    return KnownEdition(
        revision=of.revision,
        edition=of.edition,
        reason=of.reason,
        as_of=of.as_of,
        made_at=of.made_at,
        signed_by=of.signed_by,
        digest=of.digest,
        rule_set=of.rule_set,
        total=str(of.total),
        difference=str(of.difference),
        cells=[CellChanged(cell=name, ada=str(ada)) for name, ada in of.cells.items()],
    )


_ONE, _RULES = "/reports/{year}/{kind}", frozenset({409})
OPERATIONS = (
    Operation("reportEditions", "GET", f"{_ONE}/editions", editions, KnownEditions, Tool.REPORTS),
    Operation(
        "closeReport",
        "POST",
        f"{_ONE}/closings",
        close,
        Closed,
        Tool.REPORTS,
        Right.ADD,
        may_be=frozenset({429}),
    ),
    Operation(
        "whatIf",
        "GET",
        f"{_ONE}/what-if",
        what_if,
        None,
        Tool.REPORTS,
        may_be=_RULES,
        files=tuple(_MEDIA_TYPES.values()),
    ),
)
