"""Take in a roster file somebody hands in on a page: tried first, then accepted as the very same bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from central.errors import RefusedError
from central.exchange import column_mapping
from central.exchange.named_file import NamedFile
from central.exchange.problem import Problem, refuse
from central.store.models import Staff
from central.work import column_mappings
from central.work.rosters import Outcome, Wishes, import_roster
from central.work.rosters_csv import import_csv
from central.work.staff_import import import_staff
from central.work.tool_rights import Right, Tool, require

MOST_BYTES: Final = 64 * 1024 * 1024


class Kind(StrEnum):
    """What a file holds."""

    ONEROSTER = "oneroster"
    STUDENTS = "students"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, what it holds, what its columns mean where a mapping says so, and what was decided of it."""

    file: NamedFile
    kind: Kind
    mapping: str = ""
    wishes: Wishes = field(default_factory=Wishes)


def rehearse(upload: Upload, by: Staff, now: datetime) -> Outcome:
    """Tell what taking a file in would change; nothing is written. Raises as `accept`."""
    return _taken(replace(upload, wishes=replace(upload.wishes, is_rehearsal=True)), by, now)


def accept(upload: Upload, sha256: str, by: Staff, now: datetime) -> Outcome:
    """Take in the file that was looked at.

    Raises RefusedError for other bytes and for somebody who may not, and InputError with every
    problem of the file; nothing is written then.
    """
    if upload.file.sha256 != sha256:
        msg = "this is not the file that was tried; choose that one again, or try this one first"
        raise RefusedError(msg)
    return _taken(upload, by, now)


def columns_of(upload: Upload, by: Staff) -> Mapping[str, str]:
    """Return the headings of a students' CSV by our columns: of the mapping, else as they seem to mean."""
    if upload.mapping:
        return column_mappings.the_mapping(by.school, upload.mapping)
    problems: list[Problem] = []
    sheet = column_mapping.sheet(upload.file.name, upload.file.data, problems)
    refuse(f"{upload.file.name} cannot be read:", problems)
    return column_mapping.suggested(sheet.headings)


def _taken(upload: Upload, by: Staff, now: datetime) -> Outcome:
    require(by, Tool.ROSTER, Right.ADD)
    if len(upload.file.data) > MOST_BYTES:
        msg = f"{upload.file.name} is larger than {MOST_BYTES // 1024 // 1024} MiB; export one school's part"
        raise RefusedError(msg)
    match upload.kind:
        case Kind.ONEROSTER:
            return import_roster(upload.file, upload.wishes, now, by.number)
        case Kind.STUDENTS:
            return import_csv(upload.file, columns_of(upload, by), upload.wishes, now, by.number)
        case Kind.STAFF:
            return import_staff(upload.file, upload.wishes, now, by.number)
