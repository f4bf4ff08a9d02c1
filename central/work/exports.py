"""Published: give files to other systems: kept byte for byte, and each line given no more than once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from central.domain.finding import Finding
from central.errors import InputError, RefusedError
from central.store.models import AuditEvent, ExportedFile, ExportedLine, School, Staff
from central.work.tool_rights import Right, Tool, require

_AT_ONCE: Final = 500
Operation = ExportedLine.Operation


@dataclass(frozen=True, slots=True)
class Told:
    """What another system is told under a key; `revision` counts how often the key was told."""

    key: str
    content: str
    operation: Operation = Operation.GIVEN
    revision: int = 1


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file to be given: its name, its bytes, how many rows it has and what it tells for the first time."""

    name: str
    data: bytes
    rows: int
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An export as it would be given: its files, and everything that is wrong with what they tell.

    A blocking finding keeps all of it back; any other is about a row that was left out or should be
    looked at.
    """

    kind: str
    school: School
    since: date
    until: date
    files: tuple[OutFile, ...]
    findings: tuple[Finding, ...] = ()
    is_for_the_state: bool = False

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What has to be settled first."""
        return tuple(found for found in self.findings if found.blocks)


def last_told(school: School, system: str, since: date, until: date) -> Mapping[str, Told]:
    """Return what a system was told last under each key of some days, and of others told beside them."""
    # A line stands in a file of days its own is among, so files of other days tell nothing of these.
    rows = ExportedLine.objects.filter(
        school=school, system=system, file__since__lte=until, file__until__gte=since
    ).order_by("pk")
    columns = ("key", "content", "operation", "revision")
    return {
        key: Told(key, content, Operation(operation), revision)
        for key, content, operation, revision in rows.values_list(*columns)
    }


def refuse_what_is_wrong(made: Made) -> None:
    """Raise InputError naming everything that blocks an export, RefusedError for practice to the state."""
    if made.is_for_the_state and made.school.is_practice:
        msg = f"{made.school.code} is a practice school; nothing of it is ever sent to the state"
        raise RefusedError(msg)
    if made.blocking:
        said = [
            f"{found.subject}: {found.says}; {found.remedy} ({found.citation})" for found in made.blocking
        ]
        what = f"the export {made.kind} is not made; nothing was written:"
        raise InputError(what, said)


def give(made: Made, by: Staff, now: datetime) -> list[ExportedFile]:
    """Keep the files of an export and what they tell, and return them; without files there is nothing.

    A file that was given before with the same bytes is that file. Raises RefusedError without the
    right, for practice to the state, and where somebody else gave the same lines meanwhile; InputError
    for what blocks.
    """
    require(by, Tool.EXPORTS, Right.ADD)
    refuse_what_is_wrong(made)
    try:
        with transaction.atomic():
            return [_keep(made, file, by, now) for file in made.files]
    except IntegrityError as error:
        msg = "somebody else exported the same lines at this moment; nothing was written, try again"
        raise RefusedError(msg) from error


def given(school: School) -> "QuerySet[ExportedFile]":
    """Return the files given so far, newest first, without their bytes."""
    rows = ExportedFile.objects.filter(school=school).defer("data").select_related("by")
    return rows.order_by("-pk")


def find(school: School, number: int) -> ExportedFile:
    """Return a file given before by its number; raises RefusedError."""
    found = ExportedFile.objects.filter(school=school, pk=number).first()
    if found is None:
        msg = f"no exported file has the number {number}; export given lists them"
        raise RefusedError(msg)
    return found


def _keep(made: Made, file: OutFile, by: Staff, now: datetime) -> ExportedFile:
    digest = hashlib.sha256(file.data).hexdigest()
    before = given(made.school).filter(kind=made.kind, name=file.name).first()
    if before is not None and before.sha256 == digest and not file.told:
        _note(before, "export-again", by, now)
        return before
    kept = ExportedFile.objects.create(
        school=made.school,
        kind=made.kind,
        name=file.name,
        data=file.data,
        sha256=digest,
        rows=file.rows,
        since=made.since,
        until=made.until,
        by=by,
        at=now,
    )
    ExportedLine.objects.bulk_create(_lines(made, kept, file.told), batch_size=_AT_ONCE)
    _note(kept, "export", by, now)
    return kept


def _lines(made: Made, kept: ExportedFile, told: Sequence[Told]) -> list[ExportedLine]:
    return [
        ExportedLine(
            school=made.school,
            system=made.kind,
            key=line.key,
            revision=line.revision,
            operation=line.operation,
            content=line.content,
            file=kept,
        )
        for line in told
    ]


def _note(kept: ExportedFile, verb: str, by: Staff, now: datetime) -> None:
    detail = {"sha256": kept.sha256, "rows": kept.rows, "file": kept.pk}
    AuditEvent.objects.create(at=now, by=by.number, verb=verb, subject=kept.name[:200], detail=detail)
