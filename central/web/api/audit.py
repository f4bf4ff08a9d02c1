"""The audit: who did what when and why, and what was changed after it was certified."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from ninja import Query, Schema

from central.domain.local_day import end_of, start_of
from central.store.models import School
from central.store.queries import audit_log
from central.store.queries.audit_log import Line, Sought
from central.store.queries.corrections import Correction, corrections
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, DayOrNone, Offset, Text
from central.work.tool_rights import Tool

PAGES = ("audit",)


class Log(StrEnum):
    """Which of the logs."""

    ACTS = "acts"
    DECISIONS = "decisions"
    IMPORTS = "imports"


_LOGS: Mapping[Log, Callable[[School, Sought], Sequence[Line]]] = {
    Log.ACTS: audit_log.acts,
    Log.DECISIONS: audit_log.decisions,
    Log.IMPORTS: audit_log.imports,
}


class KnownLine(Schema):
    """One line of a log: when, who, what, about what and why; `record` where it is about one."""

    at: datetime
    by: str
    what: str
    about: str
    why: str
    detail: str
    record: str | None


class KnownLines(Schema):
    """Some lines of a log, newest first, and how many there are."""

    log: str
    count: int
    lines: list[KnownLine]


class LinesSought(Schema):
    """Which lines of a log are looked for; what is left out is not asked."""

    person: Text = ""
    what: Text = ""
    about: Text = ""
    since: DayOrNone = None
    until: DayOrNone = None


class KnownCorrection(Schema):
    """One change of a record somebody had certified."""

    student: str
    on: date
    class_code: str
    before: str
    after: str
    by: str
    at: datetime
    reason: str


class KnownCorrections(Schema):
    """Some corrections of a year, newest first, and how many there are."""

    year: str
    count: int
    corrections: list[KnownCorrection]


def log(request: Asked, log: Log, asked: Query[LinesSought], offset: Offset = 0) -> KnownLines:
    """List the lines of a log, newest first, those that name a person, a verb, a subject."""
    sought = Sought(asked.person, asked.what, asked.about, asked.since, asked.until)
    lines = _LOGS[log](request.auth.staff.school, sought)
    shown = [_line(one) for one in lines[offset : offset + MOST]]
    return KnownLines(log=log, count=len(lines), lines=shown)


def corrected(
    request: Asked, year: Code, since: DayOrNone = None, until: DayOrNone = None, offset: Offset = 0
) -> KnownCorrections:
    """List what was changed after it was certified in a school year, newest first."""
    of = found.year(request, year)
    zone = ZoneInfo(of.school.time_zone)
    first = start_of(since, zone) if since else None
    last = end_of(until, zone) if until else clock.now()
    every = corrections(of, first, last)[::-1]
    shown = [_correction(one) for one in every[offset : offset + MOST]]
    return KnownCorrections(year=of.name, count=len(every), corrections=shown)


def _line(of: Line) -> KnownLine:
    return KnownLine(
        at=of.at,
        by=of.by,
        what=of.verb,
        about=of.subject,
        why=of.why,
        detail=of.detail,
        record=str(of.record) if of.record else None,
    )


def _correction(of: Correction) -> KnownCorrection:
    return KnownCorrection(
        student=of.student,
        on=of.on,
        class_code=of.section,
        before=of.before,
        after=of.after,
        by=of.by,
        at=of.at,
        reason=of.reason,
    )


OPERATIONS = (
    Operation("auditLog", "GET", "/audit/{log}", log, KnownLines, Tool.AUDIT),
    Operation("corrections", "GET", "/corrections/{year}", corrected, KnownCorrections, Tool.AUDIT),
)
