"""A file of paper sheets: looked at line by line, and taken in as it was shown."""

from datetime import date
from typing import Annotated, Final

from django.conf import settings
from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.errors import RefusedError
from central.store.models import Staff
from central.web import clock
from central.web.access import sections_seen_by
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Code, FileSent, Form, Offset, Text, Words
from central.work import paper_files, paper_import, paper_mappings, viewings
from central.work.paper_preview import Preview, PreviewRow, Wish
from central.work.tool_rights import Right, Tool

PAGES = ("paper", "paper-file")

_NO_CLASS: Final = "none of your classes has that code today; GET /api/v1/classes lists them"
# A description names the keys that fit a pattern, and leaves all others open unless told otherwise.
_NAMED_ALONE: Final = Field(max_length=100, json_schema_extra={"additionalProperties": False})


class PaperFile(Form):
    """A file of paper sheets as text, and what is said about reading it, by the keys of its choices.

    `mapping` names choices that were saved before. Without a `section` each line goes to the class its
    student had that day. A workbook is taken in by the page or by `import-paper`.
    """

    file: FileSent
    mapping: Text = ""
    told: Annotated[dict[Code, Words], _NAMED_ALONE] = {}
    section: Text = ""
    sheet: Annotated[Text, Field(max_length=60)] = ""


class PaperAccepted(PaperFile):
    """The same file, taken in as it was shown: `seen` are the choices of its preview.

    `save_as` keeps the choices under a name, for the next file of this kind.
    """

    seen: Annotated[dict[str, str], Field(max_length=100)]
    leaves_refused: bool = False
    save_as: Text = ""


class ReadingChoice(Schema):
    """One choice in reading a file: what holds, why, and what may be said instead; empty asks a person."""

    key: str
    chosen: str
    why: str
    options: list[str]


class LinePreviewed(Schema):
    """What one line would do, and what is wrong with it."""

    line: int
    student: str
    section: str
    on: date | None
    mark: str
    verdict: str
    problems: list[str]
    notes: list[str]


class PaperPreviewed(Schema):
    """What a file would do: its choices, its lines by verdict, and some of the lines."""

    sha256: str
    choices: list[ReadingChoice]
    counts: dict[str, int]
    writes: int
    refused: list[int]
    lines: list[LinePreviewed]


class PaperTaken(Schema):
    """What taking a file in did; no batch where every line was known already."""

    batch: str | None
    records: int


def look(request: Asked, form: PaperFile, offset: Offset = 0) -> Status[PaperPreviewed]:
    """Tell what a file would do, line by line; nothing is written."""
    staff = request.auth.staff
    preview = paper_import.look(_wish(form, staff), staff, clock.now())
    rows = preview.rows[offset : offset + MOST]
    students = [row.student for row in rows if row.student is not None]
    viewings.note_all(staff, "api paper", students, clock.now())
    return Status(201, _previewed(preview, [_line(row) for row in rows]))


def accept(request: Asked, form: PaperAccepted) -> Status[PaperTaken]:
    """Take a file in as it was shown, whole or without the lines that cannot be."""
    staff = request.auth.staff
    wish = _wish(form, staff)
    taken = paper_import.accept(wish, staff, clock.now(), leaves_refused=form.leaves_refused, seen=form.seen)
    if form.save_as.strip():
        paper_mappings.save(form.save_as, taken.preview.choices, staff, clock.now())
    if taken.batch is None:
        return Status(201, PaperTaken(batch=None, records=0))
    paper_files.keep(settings.CONFIG.data, wish.file)
    return Status(201, PaperTaken(batch=str(taken.batch.pk), records=taken.records))


def _wish(form: PaperFile, staff: Staff) -> Wish:
    section = None
    if form.section:
        section = sections_seen_by(staff, clock.today(staff.school)).filter(code=form.section).first()
        if section is None:
            raise RefusedError(_NO_CLASS)
    saved = paper_mappings.the_choices(staff.school, form.mapping) if form.mapping else {}
    return Wish(form.file.named(), {**saved, **form.told}, section, form.sheet)


def _previewed(of: Preview, lines: list[LinePreviewed]) -> PaperPreviewed:
    choices = [
        ReadingChoice(key=each.key, chosen=each.chosen, why=str(each.why), options=list(each.options))
        for each in of.guesses
    ]
    return PaperPreviewed(
        sha256=of.file.sha256,
        choices=choices,
        counts={str(verdict): count for verdict, count in of.counts.items()},
        writes=of.written,
        refused=list(of.refused),
        lines=lines,
    )


def _line(row: PreviewRow) -> LinePreviewed:
    return LinePreviewed(
        line=row.line,
        student=row.student.number if row.student else "",
        section=row.section.code if row.section else "",
        on=row.on,
        mark=row.mark,
        verdict=row.verdict.value,
        problems=[str(each) for each in row.problems],
        notes=[str(each) for each in row.notes],
    )


OPERATIONS = (
    Operation("lookAtPaper", "POST", "/paper-previews", look, PaperPreviewed, Tool.PAPER, Right.ADD),
    Operation("takePaper", "POST", "/paper", accept, PaperTaken, Tool.PAPER, Right.ADD),
)
