"""Published: attach the picture of a sheet, or where its paper is kept: who collected it, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from central.errors import CentralError
from central.exchange.named_file import NamedFile
from central.store.models import AuditEvent, PaperScan, PaperSheet, Staff
from central.work import paper_files
from central.work.tool_rights import Right, Tool, require

MOST_BYTES: Final = 25 * 1024 * 1024
_HERE: Final = "with the records"
_LONGEST: Final = {"kept": 200, "collected_by": 120}


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of the paper itself; without a picture `kept` says where the paper is."""

    collected_by: str
    collected_on: date
    kept: str = ""
    picture: NamedFile | None = None


def attach(sheets: Iterable[PaperSheet], paper: Paper, by: Staff, now: datetime, data: Path) -> int:
    """Attach the paper to sheets, and return to how many; the picture is kept by its digest.

    Raises RefusedError for somebody who may not, and CentralError for what says too little.
    """
    require(by, Tool.PAPER, Right.ADD)
    _require_whole(paper, by, now)
    picture = paper.picture
    if picture is not None:
        paper_files.keep(data, picture)
    rows = [
        PaperScan(
            sheet=sheet,
            sha256=picture.sha256 if picture else "",
            name=picture.name if picture else "",
            kept=paper.kept.strip() or _HERE,
            collected_by=paper.collected_by.strip(),
            collected_on=paper.collected_on,
            by=by,
            at=now,
        )
        for sheet in sheets
    ]
    with transaction.atomic():
        PaperScan.objects.bulk_create(rows)
        AuditEvent.objects.create(
            at=now,
            by=by.number,
            verb="attach-paper",
            subject=f"{len(rows)} sheets",
            detail={"sha256": picture.sha256 if picture else "", "sheets": [row.sheet_id for row in rows]},
        )
    return len(rows)


def _require_whole(paper: Paper, by: Staff, now: datetime) -> None:
    wrong = ""
    if not paper.collected_by.strip():
        wrong = "say who collected the sheet"
    elif paper.picture is None and not paper.kept.strip():
        wrong = "attach a picture of the sheet, or say where the paper is kept"
    elif paper.picture is not None and len(paper.picture.data) > MOST_BYTES:
        wrong = f"the picture is larger than {MOST_BYTES // 1024 // 1024} MiB; scan it in grey"
    elif any(len(getattr(paper, name).strip()) > most for name, most in _LONGEST.items()):
        wrong = "say it shorter: 200 characters of where, 120 of who"
    elif paper.collected_on > now.date():
        wrong = "a sheet is not collected on a day still to come"
    if wrong:
        msg = f"employee {by.number}: {wrong}"
        raise CentralError(msg)
