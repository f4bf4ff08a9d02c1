"""Files for other systems: what stands against one, and giving it out with its bytes."""

import base64
from datetime import date
from pathlib import Path

from django.conf import settings
from django.http import Http404
from ninja import Query, Schema
from ninja.responses import Status

from central.reports.exports.kinds import KINDS, Wanted, ask, make, template_of
from central.store.models import ExportedFile
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import Code, DayOrNone, Form, KnownFinding, Text, finding
from central.work import exports as giving
from central.work.exports import Made
from central.work.tool_rights import Right, Tool
from central.work.viewings import Seen, note

PAGES = ("exports", "exported-file")


class ExportSought(Schema):
    """Of which days, as known by the end of which; what is left out is all there is."""

    since: DayOrNone = None
    until: DayOrNone = None
    as_of: DayOrNone = None
    version: Text = ""


class ExportAsked(Form):
    """The same, to be given out."""

    since: DayOrNone = None
    until: DayOrNone = None
    as_of: DayOrNone = None
    version: Text = ""


class FileToGive(Schema):
    """A file that would be given, and how many rows it has."""

    name: str
    rows: int


class ExportChecked(Schema):
    """What would be given, and what stands against it; with a finding that blocks nothing is given."""

    kind: str
    since: date
    until: date
    files: list[FileToGive]
    findings: list[KnownFinding]


class FileGiven(Schema):
    """A file as it was given and is kept, its bytes in base 64."""

    id: str
    name: str
    rows: int
    sha256: str
    base64: str


class ExportGiven(Schema):
    """Everything one export gave out; nothing where there was nothing new."""

    kind: str
    files: list[FileGiven]


def check(request: Asked, year: Code, kind: Code, asked: Query[ExportSought]) -> ExportChecked:
    """Check an export as it would be given, and write nothing."""
    made = _made(request, (year, kind), asked)
    return ExportChecked(
        kind=made.kind,
        since=made.since,
        until=made.until,
        files=[FileToGive(name=file.name, rows=file.rows) for file in made.files],
        findings=[finding(one) for one in made.findings],
    )


def give(request: Asked, year: Code, kind: Code, form: ExportAsked) -> Status[ExportGiven]:
    """Give an export out, once; its files are kept byte for byte."""
    made = _made(request, (year, kind), form)
    kept = giving.give(made, request.auth.staff, clock.now())
    return Status(201, ExportGiven(kind=made.kind, files=[_file(row) for row in kept]))


def _made(request: Asked, named: tuple[str, str], wanted: ExportSought | ExportAsked) -> Made:
    year = found.year(request, named[0])
    kind = KINDS.get(named[1])
    if kind is None:
        msg = f"there is no such export; there are {', '.join(KINDS)}"
        raise Http404(msg)
    note(request.auth.staff, Seen(f"api exports {kind.word}"), clock.now())
    data: Path = settings.CONFIG.data
    of = Wanted(wanted.since, wanted.until, wanted.as_of, wanted.version)
    return make(ask(kind, year, of, clock.now(), template_of(data, kind.word)))


def _file(row: ExportedFile) -> FileGiven:
    return FileGiven(
        id=str(row.pk),
        name=row.name,
        rows=row.rows,
        sha256=row.sha256,
        base64=base64.b64encode(bytes(row.data)).decode("ascii"),
    )


_ONE = "/exports/{year}/{kind}"
OPERATIONS = (
    Operation("exportCheck", "GET", _ONE, check, ExportChecked, Tool.EXPORTS, may_be=frozenset({409})),
    Operation("exportGive", "POST", _ONE, give, ExportGiven, Tool.EXPORTS, Right.ADD),
)
