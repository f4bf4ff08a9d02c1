"""Paper that waits for a person: what it says, what else is known of the record, and which is right."""

from datetime import date, datetime

from ninja import Schema
from ninja.responses import Status

from central.store.models import PaperLine, PaperRuling
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, Form, Words
from central.work import adjudicate, viewings
from central.work.adjudicate import Undecided
from central.work.session_sheet import session_sheet
from central.work.tool_rights import Right, Tool
from central.work.viewings import Seen

PAGES = ("paper-decisions",)


class LineWaiting(Schema):
    """One line on paper that waits: what it says, and what it rests on. `id` is what a decision names."""

    id: str
    sheet: str
    mark: str
    verdict: str
    why: str


class RecordWaiting(Schema):
    """A record whose paper waits for a decision; `is_conflict` is its teacher's alone."""

    student: str
    mark: str
    is_conflict: bool
    lines: list[LineWaiting]


class PaperDecided(Schema):
    """What a person believed of a line, and why."""

    line: str
    student: str
    choice: str
    reason: str
    by: str
    at: datetime


class PaperWaiting(Schema):
    """One class's paper of one day: what waits, and the newest of what was decided."""

    section: str
    on: date
    waiting: list[RecordWaiting]
    decided: list[PaperDecided]


class PaperChoice(Form):
    """Which is right of one line, and why."""

    line: Code
    choice: PaperRuling.Choice
    reason: Words


def waiting(request: Asked, code: Code, on: Day) -> PaperWaiting:
    """Show the paper of a class that waits for a decision, and what was decided."""
    staff = request.auth.staff
    section = found.section(request, code, on)
    sheet = session_sheet(section, on, is_held=False)
    rows = PaperRuling.objects.filter(line__record__section=section, line__record__on=on).exclude(choice="")
    rows = rows.select_related("line__record__student", "by").order_by("-pk")
    viewings.note(staff, Seen("api paper decisions", section=section, on=on), clock.now())
    return PaperWaiting(
        section=section.code,
        on=on,
        waiting=[_waiting(each) for each in sheet.undecided],
        decided=[_decided(row) for row in rows[:MOST]],
    )


def decide(request: Asked, code: Code, on: Day, form: PaperChoice) -> Status[PaperDecided]:
    """Decide one line with a reason; the other side of it is kept as well."""
    staff = request.auth.staff
    section = found.section(request, code, on)
    lines = PaperLine.objects.filter(record__section=section, record__on=on).select_related("record__student")
    line = found.row(lines, form.line)
    return Status(201, _decided(adjudicate.decide(line, form.choice, form.reason, staff, clock.now())))


def _waiting(of: Undecided) -> RecordWaiting:
    lines = [
        LineWaiting(
            id=str(each.line_id),
            sheet=each.line.sheet.sheet,
            mark=each.line.mark,
            verdict=each.verdict,
            why=str(adjudicate.Why[each.why]),
        )
        for each in of.rulings
    ]
    record = of.record
    return RecordWaiting(
        student=record.student.number, mark=record.mark, is_conflict=of.is_conflict, lines=lines
    )


def _decided(row: PaperRuling) -> PaperDecided:
    return PaperDecided(
        line=str(row.line_id),
        student=row.line.record.student.number,
        choice=row.choice,
        reason=row.reason,
        by=row.by.number if row.by else "",
        at=row.at,
    )


_ONE = "/paper-decisions/{code}/{on}"
OPERATIONS = (
    Operation("paperWaiting", "GET", _ONE, waiting, PaperWaiting, Tool.PAPER),
    Operation("decidePaper", "POST", _ONE, decide, PaperDecided, Tool.PAPER, Right.ADD),
)
