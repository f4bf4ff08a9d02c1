"""How the school's requirements stand."""

from datetime import date
from typing import Literal

from ninja import Schema

from central.domain.calendar import SchoolYear as Year
from central.register.register import register
from central.register.standing import Standing
from central.store.models import SchoolYear
from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import DayOrNone, Text
from central.work.tool_rights import Tool

StateWanted = Literal["", "met", "at risk", "broken", "needs evidence"]


class Requirement(Schema):
    """One requirement as it stands."""

    key: str
    table: str
    state: str
    reason: str
    due: date | None


class Requirements(Schema):
    """The requirements as they stand at the end of a day."""

    as_of: date
    year: str
    requirements: list[Requirement]


def requirements(
    request: Asked, as_of: DayOrNone = None, table: Text = "", state: StateWanted = ""
) -> Requirements:
    """Show how each requirement stands at the end of a day, today where none is named."""
    school = request.auth.staff.school
    today = clock.today(school)
    on = min(as_of or today, today)
    years = SchoolYear.objects.filter(school=school, name=Year.of(on).name).select_related("school")
    found = register(school, on, years.first())
    shown = [row for row in found.rows if table in {"", row.row.table} and state in {"", row.answer.state}]
    return Requirements(as_of=on, year=found.year, requirements=[_requirement(row) for row in shown])


def _requirement(standing: Standing) -> Requirement:
    return Requirement(
        key=standing.row.key,
        table=standing.row.table,
        state=standing.answer.state,
        reason=standing.answer.reason,
        due=standing.due,
    )


OPERATIONS = (
    Operation(
        "requirements",
        "GET",
        "/requirements",
        requirements,
        Requirements,
        Tool.REQUIREMENTS,
        may_be=frozenset({404}),
    ),
)
