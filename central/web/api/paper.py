"""Paper as it was taken in: files and their sheets, where the paper is kept, and batches taken back."""

from datetime import date, datetime
from typing import Annotated, Final

from django.conf import settings
from django.http import Http404
from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.errors import RefusedError
from central.store.models import PaperBatch, PaperSheet, PaperWithdrawal, Staff
from central.web import clock
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, Day, Form, Offset, Reason, Words, number_of
from central.web.paper_access import batches_seen_by, left_seen_by, sheets_seen_by
from central.work import paper_scans, paper_withdrawal, viewings
from central.work.tool_rights import Right, Tool

PAGES = ("paper", "paper-batch")
_NO_SHEET: Final = "name sheets of this batch; its own address lists them"


class KnownBatch(Schema):
    """One file of paper that was taken in: by whom, its lines by verdict, and whether it was taken back."""

    id: str
    name: str
    sha256: str
    by: str
    at: datetime
    counts: dict[str, int]
    is_withdrawn: bool


class KnownBatches(Schema):
    """Some of the files taken in, the newest first, and how many there are."""

    count: int
    batches: list[KnownBatch]


class KnownSheet(Schema):
    """One class's sheet of one day; `kept` says of each picture or paper where it is."""

    id: str
    section: str
    on: date
    sheet: str
    kept: list[str]


class RecordLeft(Schema):
    """A record that stays though its batch was taken back, and why."""

    student: str
    section: str
    on: date
    why: str


class BatchTold(Schema):
    """One file with how it was read, some of its sheets, and what stayed after it was taken back."""

    batch: KnownBatch
    choices: dict[str, str]
    count: int
    sheets: list[KnownSheet]
    left: list[RecordLeft]


class PaperKept(Form):
    """Where the paper of some sheets is: who collected it, and when. Without `sheets`, of all of a batch."""

    sheets: Annotated[list[Code], Field(max_length=MOST)] = []
    collected_by: Words
    collected_on: Day
    kept: Words


class SheetsMarked(Schema):
    """To how many sheets it was noted."""

    sheets: int


class BatchWithdrawn(Schema):
    """How many records were removed, and how many stay."""

    removed: int
    left: int


def batches(request: Asked, offset: Offset = 0) -> KnownBatches:
    """List the files of paper taken in, newest first."""
    staff = request.auth.staff
    rows = batches_seen_by(staff, clock.today(staff.school))
    shown = rows.select_related("imported_by", "withdrawal").order_by("-pk")[offset : offset + MOST]
    return KnownBatches(count=rows.count(), batches=[_batch(row) for row in shown])


def batch(request: Asked, identity: Code, offset: Offset = 0) -> BatchTold:
    """Show a file taken in: how it was read, its sheets and where their paper is."""
    staff = request.auth.staff
    row = _found(staff, identity)
    sheets = sheets_seen_by(staff, row, clock.today(staff.school))
    shown = sheets.select_related("section").prefetch_related("scans").order_by("on", "section__code", "pk")
    return BatchTold(
        batch=_batch(row),
        choices={str(key): str(value) for key, value in row.choices.items()},
        count=sheets.count(),
        sheets=[_sheet(each) for each in shown[offset : offset + MOST]],
        left=_left(row, staff),
    )


def attach(request: Asked, identity: Code, form: PaperKept) -> Status[SheetsMarked]:
    """Note where the paper of a batch's sheets is; a picture is sent by the page or the command."""
    staff = request.auth.staff
    sheets = sheets_seen_by(staff, _found(staff, identity), clock.today(staff.school))
    if form.sheets:
        keys = {number_of(each) for each in form.sheets}
        chosen = sheets.filter(pk__in=keys)
        if chosen.count() != len(keys):
            raise RefusedError(_NO_SHEET)
        sheets = chosen
    paper = paper_scans.Paper(form.collected_by, form.collected_on, form.kept)
    return Status(
        201, SheetsMarked(sheets=paper_scans.attach(sheets, paper, staff, clock.now(), settings.CONFIG.data))
    )


def withdraw(request: Asked, identity: Code, form: Reason) -> Status[BatchWithdrawn]:
    """Take a batch back: what it made is removed by further steps, and what stays is listed."""
    staff = request.auth.staff
    done = paper_withdrawal.withdraw(_found(staff, identity), staff, form.reason, clock.now())
    return Status(201, BatchWithdrawn(removed=done.removed, left=len(paper_withdrawal.left_of(done))))


def _found(staff: Staff, identity: str) -> PaperBatch:
    rows = PaperBatch.objects.filter(school=staff.school).select_related("imported_by", "withdrawal")
    row = found.row(rows, identity)
    if row.imported_by_id != staff.pk and not sheets_seen_by(staff, row, clock.today(staff.school)).exists():
        raise Http404
    return row


def _left(of: PaperBatch, staff: Staff) -> list[RecordLeft]:
    """Return what stayed; whoever reads whose records they are is noted."""
    withdrawal = PaperWithdrawal.objects.filter(batch=of).first()
    left = left_seen_by(staff, withdrawal, clock.today(staff.school))
    viewings.note_all(staff, "api paper", [record.student for record, _why in left], clock.now())
    return [
        RecordLeft(student=row.student.number, section=row.section.code, on=row.on, why=why)
        for row, why in left
    ]


def _batch(row: PaperBatch) -> KnownBatch:
    return KnownBatch(
        id=str(row.pk),
        name=row.name,
        sha256=row.file_sha256,
        by=row.imported_by.number,
        at=row.imported_at,
        counts=row.counts,
        is_withdrawn=hasattr(row, "withdrawal"),
    )


def _sheet(row: PaperSheet) -> KnownSheet:
    kept = [f"{scan.kept} {scan.sha256}".strip() for scan in row.scans.all()]
    return KnownSheet(id=str(row.pk), section=row.section.code, on=row.on, sheet=row.sheet, kept=kept)


_ONE: Final = "/paper/{identity}"
OPERATIONS = (
    Operation("paperBatches", "GET", "/paper", batches, KnownBatches, Tool.PAPER),
    Operation("paperBatch", "GET", _ONE, batch, BatchTold, Tool.PAPER),
    Operation("keepPaper", "POST", f"{_ONE}/papers", attach, SheetsMarked, Tool.PAPER, Right.ADD),
    Operation(
        "withdrawPaper", "POST", f"{_ONE}/withdrawal", withdraw, BatchWithdrawn, Tool.PAPER, Right.DELETE
    ),
)
