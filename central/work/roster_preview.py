"""Tell what taking a roster in would change, row by row, by comparing the records before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from central.store.models import (
    Assignment,
    Enrollment,
    Placement,
    School,
    Section,
    Staff,
    Student,
    TeachingCredential,
)

Value = str | date | bool | None
_Row = Mapping[str, Value]
Snapshot = Mapping[str, Mapping[int, _Row]]


class How(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"
    TAKEN_BACK = "taken back"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would be another; of a row that is new or gone, one side is None."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Difference:
    """What would become of one row: of which kind it is, whose, and each value that differs.

    Values that name people stay out of its repr, and so out of logs.
    """

    how: How
    what: str
    subject: str
    changes: tuple[Change, ...] = field(repr=False)


# By kind the columns compared; a row is called by the first.
_FIELDS: Mapping[str, Mapping[str, str]] = {
    "student": {
        "number": "number",
        "family name": "family_name",
        "given name": "given_name",
        "preferred name": "preferred_name",
        "birth date": "birth_on",
    },
    "employee": {
        "number": "number",
        "family name": "family_name",
        "given name": "given_name",
        "role": "role",
    },
    "document": {"employee": "staff__number", "name": "document", "from": "since", "to": "until"},
    "class": {
        "code": "code",
        "title": "title",
        "room": "room__name",
        "track": "track__code",
        "from": "since",
        "to": "until",
    },
    "seat": {"student": "student__number", "class": "section__code", "from": "since", "to": "until"},
    "assignment": {"employee": "staff__number", "class": "section__code", "from": "since", "to": "until"},
    "enrollment": {
        "student": "student__number",
        "track": "track__code",
        "grade": "grade",
        "program": "programme",
        "from": "since",
        "to": "until",
    },
}


def snapshot(school: School) -> Snapshot:
    """Return what a roster can change, by kind and key; a query a kind."""
    return {
        kind: {
            int(key): dict(zip(_FIELDS[kind], values, strict=True))
            for key, *values in query.values_list("pk", *_FIELDS[kind].values())
        }
        for kind, query in (
            ("student", Student.objects.filter(school=school)),
            ("employee", Staff.objects.filter(school=school)),
            ("document", TeachingCredential.objects.filter(staff__school=school)),
            ("class", Section.objects.filter(school=school)),
            ("seat", Placement.objects.filter(section__school=school)),
            ("assignment", Assignment.objects.filter(section__school=school)),
            ("enrollment", Enrollment.objects.filter(student__school=school)),
        )
    }


def differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Return every row that differs, kind by kind, in the order of what people call them."""
    found = []
    for kind in _FIELDS:
        old, new = before[kind], after[kind]
        keys = [key for key in old.keys() | new.keys() if old.get(key) != new.get(key)]
        told = [_difference(kind, old.get(key, {}), new.get(key, {})) for key in keys]
        found += sorted(told, key=lambda difference: (difference.subject, difference.how))
    return found


def _difference(kind: str, old: _Row, new: _Row) -> Difference:
    changes = tuple(
        Change(name, old.get(name), new.get(name))
        for name in _FIELDS[kind]
        if (old.get(name) or None) != (new.get(name) or None)
    )
    return Difference(_how(old, new, changes), kind, str(next(iter((new or old).values()))), changes)


def _how(old: _Row, new: _Row, changes: tuple[Change, ...]) -> How:
    if not old:
        return How.ADDED
    if not new:
        return How.TAKEN_BACK
    first, *others = changes or (Change("", None, None),)
    is_end = not others and first.name == "to" and isinstance(first.after, date)
    is_sooner = not isinstance(first.before, date) or (
        isinstance(first.after, date) and first.after < first.before
    )
    return How.ENDED if is_end and is_sooner else How.CHANGED
