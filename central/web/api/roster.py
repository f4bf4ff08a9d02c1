"""The roster: a file tried and then taken in as the very same bytes, its columns, and staff documents."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Query, Schema
from ninja.responses import Status
from pydantic import StringConstraints

from central.exchange.named_file import NamedFile
from central.store.models import ColumnMapping, ImportedFile
from central.web import clock
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, DayOrNone, Form, KnownFinding, Offset, Text, finding
from central.work import column_mappings, roster_upload
from central.work.roster_preview import Difference
from central.work.roster_upload import MOST_BYTES, Kind, Upload
from central.work.rosters import Outcome, Wishes
from central.work.staff_documents import ending_soon
from central.work.tool_rights import Right, Tool

PAGES = ("roster",)
ANY_FILE = "application/octet-stream"
FileName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]*$")]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class FileTaken(Schema):
    """A file that was taken in, and what it changed, by noun."""

    id: str
    kind: str
    name: str
    sha256: str
    changes: dict[str, int]
    by: str
    at: datetime


class FilesTaken(Schema):
    """Some roster files that were taken in, newest first, and how many there are."""

    count: int
    files: list[FileTaken]


class StaffDocuments(Schema):
    """The teachers whose certification documents are over or end soon, the soonest first."""

    on: date
    documents: list[KnownFinding]


class KnownMapping(Schema):
    """Which heading of a school's own CSV means which column."""

    name: str
    columns: dict[str, str]
    by: str
    at: datetime


class KnownMappings(Schema):
    """The mapping of each name that counts, by name."""

    mappings: list[KnownMapping]


class MappingKept(Form):
    """A mapping: its name, and a heading for each of our columns."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
    columns: dict[str, Annotated[str, StringConstraints(max_length=200)]]


class KnownDifference(Schema):
    """What would become of one row: of which kind, whose, and each value that differs."""

    how: str
    what: str
    subject: str
    before: dict[str, str | None]
    after: dict[str, str | None]


class RosterOutcome(Schema):
    """What a file changed or would change, by noun; `sha256` names the bytes to be taken in."""

    sha256: str
    changes: dict[str, int]
    notes: list[str]
    count: int
    differences: list[KnownDifference]


class FileWishes(Schema):
    """What a file holds, and what is decided of it."""

    kind: Kind
    name: FileName
    mapping: Text = ""
    files_are: Literal["", "bulk", "delta"] = ""
    as_of: DayOrNone = None
    accepts_many_ends: bool = False
    why_older: Text = ""


def files(request: Asked, offset: Offset = 0) -> FilesTaken:
    """List the roster files that were taken in, newest first."""
    del request
    rows = ImportedFile.objects.filter(kind__in=("roster", "roster-csv", "staff"))
    shown = rows.order_by("-pk")[offset : offset + MOST]
    return FilesTaken(count=rows.count(), files=[_file(row) for row in shown])


def documents(request: Asked) -> StaffDocuments:
    """List the teachers whose certification documents are over or end soon."""
    school = request.auth.staff.school
    on = clock.today(school)
    return StaffDocuments(on=on, documents=[finding(one) for one in ending_soon(school, on)])


def mappings(request: Asked) -> KnownMappings:
    """List the column mappings of the school, by name."""
    rows = column_mappings.mappings(request.auth.staff.school)
    return KnownMappings(mappings=[_mapping(row) for row in rows])


def keep_mapping(request: Asked, form: MappingKept) -> Status[KnownMapping]:
    """Keep which heading means which column, under a name; the last mapping of a name counts."""
    row = column_mappings.save(form.name, form.columns, request.auth.staff, clock.now())
    return Status(201, _mapping(row))


def rehearse(request: Asked, wishes: Query[FileWishes], offset: Offset = 0) -> Status[RosterOutcome]:
    """Tell what the file in the body would change, row by row; nothing is written."""
    upload = _upload(request, wishes)
    outcome = roster_upload.rehearse(upload, request.auth.staff, clock.now())
    return Status(201, _outcome(upload, outcome, offset))


def accept(request: Asked, wishes: Query[FileWishes], sha256: Query[Digest]) -> Status[RosterOutcome]:
    """Take in the file in the body, which must be the very bytes that were tried."""
    upload = _upload(request, wishes)
    outcome = roster_upload.accept(upload, sha256, request.auth.staff, clock.now())
    return Status(201, _outcome(upload, outcome, 0))


def _upload(request: Asked, wishes: FileWishes) -> Upload:
    # One byte more than may be: whoever refuses it need not read the rest.
    file = NamedFile(wishes.name, request.read(MOST_BYTES + 1))
    decided = Wishes(
        files_are=wishes.files_are,
        as_of=wishes.as_of,
        accepts_many_ends=wishes.accepts_many_ends,
        why_older=wishes.why_older,
    )
    return Upload(file, wishes.kind, wishes.mapping, decided)


def _outcome(upload: Upload, outcome: Outcome, offset: int) -> RosterOutcome:
    shown = outcome.differences[offset : offset + MOST]
    return RosterOutcome(
        sha256=upload.file.sha256,
        changes=outcome.changes,
        notes=outcome.notes,
        count=len(outcome.differences),
        differences=[_difference(one) for one in shown],
    )


def _difference(of: Difference) -> KnownDifference:
    def said(side: Mapping[str, object]) -> dict[str, str | None]:
        return {name: None if value is None else str(value) for name, value in side.items()}

    return KnownDifference(
        how=of.how,
        what=of.what,
        subject=of.subject,
        before=said({change.name: change.before for change in of.changes}),
        after=said({change.name: change.after for change in of.changes}),
    )


def _file(row: ImportedFile) -> FileTaken:
    return FileTaken(
        id=str(row.pk),
        kind=row.kind,
        name=row.name,
        sha256=row.sha256,
        changes=dict(row.counts),
        by=row.by,
        at=row.at,
    )


def _mapping(row: ColumnMapping) -> KnownMapping:
    return KnownMapping(name=row.name, columns=dict(row.columns), by=row.by, at=row.at)


_FILES, _MAPPINGS = "/roster/files", "/roster/mappings"
OPERATIONS = (
    Operation("rosterFiles", "GET", _FILES, files, FilesTaken, Tool.ROSTER),
    Operation("staffDocuments", "GET", "/staff-documents", documents, StaffDocuments, Tool.ROSTER),
    Operation("columnMappings", "GET", _MAPPINGS, mappings, KnownMappings, Tool.ROSTER),
    Operation("keepColumnMapping", "POST", _MAPPINGS, keep_mapping, KnownMapping, Tool.ROSTER, Right.ADD),
    Operation(
        "rehearseRoster",
        "POST",
        "/roster/rehearsals",
        rehearse,
        RosterOutcome,
        Tool.ROSTER,
        Right.ADD,
        takes=ANY_FILE,
    ),
    Operation("acceptRoster", "POST", _FILES, accept, RosterOutcome, Tool.ROSTER, Right.ADD, takes=ANY_FILE),
)
