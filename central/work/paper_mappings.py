"""Published: keep how a school's own sheets are read under a name; the last one of a name counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from central.errors import CentralError
from central.store.models import ColumnMapping, School, Staff
from central.work.tool_rights import Right, Tool, require

_KIND: Final = "paper"
_LONGEST: Final = 60
_OF_ONE_FILE: Final = {"header", "day", "year", "worksheet"}
"""Choices that are true of one file alone and of no other one like it."""


def save(name: str, choices: Mapping[str, str], by: Staff, now: datetime) -> ColumnMapping:
    """Keep choices under a name, those that other files of the kind share.

    Raises RefusedError for somebody who may not, and CentralError without a name or anything to keep.
    """
    require(by, Tool.PAPER, Right.ADD)
    kept = {key: value for key, value in choices.items() if value and key not in _OF_ONE_FILE}
    if not name.strip() or len(name) > _LONGEST:
        msg = f"a way of reading needs a name of at most {_LONGEST} characters"
        raise CentralError(msg)
    if not kept:
        msg = "there is nothing to keep; look at a file first"
        raise CentralError(msg)
    return ColumnMapping.objects.create(
        school=by.school, kind=_KIND, name=name.strip(), columns=kept, by=by.number, at=now
    )


def the_choices(school: School, name: str) -> dict[str, str]:
    """Return the choices kept under a name; raises CentralError for a name that is none."""
    found = next((row for row in mappings(school) if row.name == name), None)
    if found is None:
        have = ", ".join(row.name for row in mappings(school)) or "none yet"
        msg = f"no way of reading is called {name!r} (there is {have}); save one when a file is looked at"
        raise CentralError(msg)
    return {str(key): str(value) for key, value in dict(found.columns).items()}


def mappings(school: School) -> Sequence[ColumnMapping]:
    """Return the last of each name, by name."""
    rows = ColumnMapping.objects.filter(school=school, kind=_KIND).order_by("pk")
    last = {row.name: row for row in rows}
    return [last[name] for name in sorted(last)]
