"""Published: take in a file of paper sheets, of any classes and days: whole, once, to be withdrawn."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from django.db import transaction
from django.db.models import Max

from central.errors import InputError, RefusedError
from central.store.models import AuditEvent, Meeting, PaperBatch, PaperSheet, Section, Staff
from central.work.paper_judging import examine, problems_of
from central.work.paper_preview import Preview, PreviewRow, Progress, Wish, silent
from central.work.paper_roster import classes_of
from central.work.paper_verdict import WRITTEN
from central.work.paper_write import Day, Judged, write
from central.work.record_moves import person
from central.work.tap_policy import tap_policy
from central.work.tool_rights import Right, Tool, require

_Sheet: TypeAlias = tuple[int, date, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking a file in did; no batch where every line was known already."""

    preview: Preview
    batch: PaperBatch | None
    records: int


def look(wish: Wish, by: Staff, now: datetime, progress: Progress = silent) -> Preview:
    """Return what accepting a file would do; raises RefusedError for somebody who may not."""
    require(by, Tool.PAPER, Right.ADD)
    return examine(_bound(wish, by), by.school, now, progress)


def accept(
    wish: Wish,
    by: Staff,
    now: datetime,
    *,
    leaves_refused: bool = False,
    seen: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> Taken:
    """Write a file's lines in one transaction and return what was done.

    Lines that were taken in before change nothing. While a line is refused nothing is written, unless
    somebody `leaves_refused` lines out. `seen` is how the file was read when somebody looked at it:
    where it would be read otherwise now, it is to be looked at again. Raises InputError naming every
    refused line, and RefusedError for somebody who may not.
    """
    require(by, Tool.PAPER, Right.ADD)
    with transaction.atomic():
        # Judged inside the transaction: a tap may have come in since somebody looked.
        preview = examine(_bound(wish, by), by.school, now, progress)
        if seen is not None and dict(seen) != preview.choices:
            msg = (
                f"{wish.file.name} would be read otherwise than it was shown: the roster changed; look again"
            )
            raise RefusedError(msg)
        _require_sure(preview, leaves_refused=leaves_refused)
        rows = [row for row in preview.rows if row.verdict in WRITTEN]
        if not rows:
            return Taken(preview, None, 0)
        batch = _batch(preview, by, now)
        records = _write(batch, rows, by, progress)
        _remember(batch, records)
    return Taken(preview, batch, records)


def _bound(wish: Wish, by: Staff) -> Wish:
    """Bind a teacher to the own classes."""
    if by.role != Staff.Role.TEACHER:
        return wish
    own = frozenset(section.pk for section in classes_of(by))
    within = own if wish.within is None else own & wish.within
    return Wish(wish.file, wish.told, wish.section, wish.sheet, within)


def _require_sure(preview: Preview, *, leaves_refused: bool) -> None:
    name = preview.file.name
    if preview.asks:
        asked = [f"{guess.key}: {guess.why} ({_choices(guess.options)})" for guess in preview.asks]
        msg = f"{name} was not taken in; say first how it is to be read:"
        raise InputError(msg, asked)
    if leaves_refused:
        return
    found: dict[int, list[str]] = defaultdict(list)
    for line, why in preview.faults:
        found[line].append(str(why))
    for line, problems in problems_of(preview.rows).items():
        found[line].extend(map(str, problems))
    if found:
        lines = [f"{name} line {line}: {'; '.join(found[line])}" for line in sorted(found)]
        msg = f"{name} was not taken in; correct these lines or leave them out:"
        raise InputError(msg, lines)


def _choices(options: Sequence[str]) -> str:
    return f"one of {', '.join(options)}" if options else "in words of your own"


def _batch(preview: Preview, by: Staff, now: datetime) -> PaperBatch:
    counts = Counter(row.verdict.name.lower().replace("_", "-") for row in preview.rows)
    return PaperBatch.objects.create(
        school=by.school,
        name=preview.file.name,
        file_sha256=preview.file.sha256,
        choices=preview.choices,
        counts=dict(counts),
        imported_by=by,
        imported_at=now,
    )


def _write(batch: PaperBatch, rows: Sequence[PreviewRow], by: Staff, progress: Progress) -> int:
    sheets: dict[_Sheet, list[PreviewRow]] = defaultdict(list)
    for row in rows:
        assert row.on is not None  # noqa: S101  a line without a day is refused
        sheets[_section(row).pk, row.on, row.sheet].append(row)
    taken, meetings = _times_taken(sheets), _meetings(sheets)
    policy, author = tap_policy(batch.school), person(by, batch.imported_at)
    made = done = 0
    for key, lines in sorted(sheets.items()):
        section, on = _section(lines[0]), key[1]
        kept = PaperSheet.objects.create(
            batch=batch,
            section=section,
            on=on,
            sheet=key[2],
            times_taken=taken.get(key, 0) + 1,
            file_sha256=batch.file_sha256,
            imported_by=by,
            imported_at=batch.imported_at,
        )
        day = Day(policy(on), meetings.get((key[0], on.weekday())))
        made += write(kept, map(_line, lines), day, author)
        done += len(lines)
        progress("writing", done, len(rows))
    return made


def _section(row: PreviewRow) -> Section:
    assert row.section is not None  # noqa: S101  a line without a class is refused
    return row.section


def _times_taken(sheets: Mapping[_Sheet, object]) -> dict[_Sheet, int]:
    rows = PaperSheet.objects.filter(
        section__in={key[0] for key in sheets}, sheet__in={key[2] for key in sheets}
    )
    groups = rows.values_list("section_id", "on", "sheet").annotate(most=Max("times_taken"))
    return {(section, on, sheet): most for section, on, sheet, most in groups}


def _meetings(sheets: Mapping[_Sheet, object]) -> dict[tuple[int, int], Meeting]:
    rows = Meeting.objects.filter(section__in={key[0] for key in sheets})
    return {(row.section_id, row.weekday): row for row in rows}


def _line(row: PreviewRow) -> Judged:
    assert row.student is not None  # noqa: S101  a line without a student is refused
    assert row.ruling is not None  # noqa: S101  what is written was judged
    return Judged(
        row.line, row.student, row.mark, row.came_at, row.left_at, row.is_tardy, row.ruling, row.record
    )


def _remember(batch: PaperBatch, records: int) -> None:
    AuditEvent.objects.create(
        at=batch.imported_at,
        by=batch.imported_by.number,
        verb="import-paper",
        subject=f"batch {batch.pk}",
        detail={"sha256": batch.file_sha256, "lines": batch.counts, "records": records},
    )


def sections_of(batch: PaperBatch) -> list[Section]:
    """Return the classes a batch speaks of."""
    return list(Section.objects.filter(sheets__batch=batch).distinct().order_by("code"))
