"""The exceptions: what does not explain itself, and settling a line with a reason."""

from datetime import date

from django.http import Http404
from ninja import Schema
from ninja.responses import Status

from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, DayOrNone, Form, Offset, Words
from central.web.views.exceptions import mine_of
from central.work import exceptions as queue_of
from central.work import viewings
from central.work.exception_kinds import ExceptionKind, ExceptionLine
from central.work.tool_rights import Right, Tool

PAGES = ("exceptions",)


class KnownException(Schema):
    """What does not explain itself: what happened, why it matters, what to do, whether it is settled."""

    kind: str
    key: str
    on: date
    happened: str
    why: str
    do: str
    students: list[str]
    is_open: bool
    settled_by: str | None
    reason: str | None


class KnownExceptions(Schema):
    """Some exceptions, open ones or settled ones, and how many there are."""

    count: int
    exceptions: list[KnownException]


class ExceptionSettled(Form):
    """Which line, by its kind and key, and why it is settled, or open again."""

    kind: ExceptionKind
    key: Words
    reason: Words
    is_settled: bool = True


def exceptions(
    request: Asked,
    since: DayOrNone = None,
    kind: ExceptionKind | None = None,
    *,
    settled: bool = False,
    offset: Offset = 0,
) -> KnownExceptions:
    """List what does not explain itself, of the last 14 days where none are named."""
    lines = _queue(request, since).of(kind, settled=settled)
    shown = lines[offset : offset + MOST]
    named = [student for line in shown for student in line.students]
    viewings.note_all(request.auth.staff, "api exceptions", named, clock.now())
    return KnownExceptions(count=len(lines), exceptions=[_exception(line) for line in shown])


def settle(request: Asked, form: ExceptionSettled, since: DayOrNone = None) -> Status[KnownException]:
    """Settle an exception with a reason, or open it again; it opens by itself once its facts change."""
    line = _line(request, form, since)
    queue_of.settle(line, request.auth.staff, form.reason, clock.now(), is_settled=form.is_settled)
    return Status(201, _exception(_line(request, form, since)))


def _queue(request: Asked, since: date | None) -> queue_of.Queue:
    staff = request.auth.staff
    mine = mine_of(staff, clock.today(staff.school))
    return queue_of.queue(staff.school, clock.now(), since, mine)


def _line(request: Asked, form: ExceptionSettled, since: date | None) -> ExceptionLine:
    lines = _queue(request, since).lines
    line = next((one for one in lines if (one.kind, one.key) == (form.kind, form.key)), None)
    if line is None:
        msg = "there is no such exception any more; ask for the list again"
        raise Http404(msg)
    return line


def _exception(line: ExceptionLine) -> KnownException:
    return KnownException(
        kind=line.kind,
        key=line.key,
        on=line.on,
        happened=line.meaning.happened % line.figures,
        why=line.meaning.why,
        do=line.meaning.do,
        students=[student.number for student in line.students],
        is_open=line.is_open,
        settled_by=line.step.by.number if line.step else None,
        reason=line.step.reason if line.step else None,
    )


OPERATIONS = (
    Operation("exceptions", "GET", "/exceptions", exceptions, KnownExceptions, Tool.EXCEPTIONS),
    Operation("settleException", "POST", "/exceptions", settle, KnownException, Tool.EXCEPTIONS, Right.WRITE),
)
