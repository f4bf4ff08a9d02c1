"""The classes of one school in a OneRoster file, and who has a seat in them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from central.domain.calendar import SchoolYear
from central.exchange.oneroster.roster import ClassEntry, Known
from central.exchange.oneroster.sessions import Session
from central.exchange.oneroster.tables import Tables
from central.exchange.table import Row

_LONGEST_CODE: Final = 60
_LONGEST_TITLE: Final = 200
_LONGEST_ROOM: Final = 80
_LONGEST_TRACK: Final = 20
Dates = tuple[date, date]


def classes(
    tables: Tables, school: str, terms: Mapping[str, Session], known: Known, passed_over: dict[str, int]
) -> dict[str, ClassEntry]:
    """Return the school's classes by sourcedId; a code two classes share gives way to their ids."""
    found = {}
    for key, row in tables.of("classes").items():
        if row.text("schoolSourcedId") != school:
            _require_org(tables, row)
            passed_over["classes of other schools"] = passed_over.get("classes of other schools", 0) + 1
            continue
        dates = _dates(tables, row, terms) or known.classes.get(key)
        if dates:
            found[key] = _class(tables, key, row, dates)
    shared = {code for code, times in Counter(entry.code for entry in found.values()).items() if times > 1}
    return {key: replace(entry, code=key) if entry.code in shared else entry for key, entry in found.items()}


def seated(tables: Tables, classes: Mapping[str, ClassEntry], known: Known) -> frozenset[str]:
    """Return the ids of the users who have a seat in one of the school's classes."""
    ours = classes.keys() | known.classes.keys()
    rows = tables.of("enrollments").values()
    return frozenset(row.text("userSourcedId") for row in rows if row.text("classSourcedId") in ours)


def _class(tables: Tables, key: str, row: Row, dates: Dates) -> ClassEntry:
    course = tables.of("courses").get(row.text("courseSourcedId"))
    title = row.text("title", _LONGEST_TITLE) or (course.text("title", _LONGEST_TITLE) if course else "")
    if not title:
        row.problem("a class needs a title, or a course that has one", "title")
    if "courses" in tables.rows and tables.is_whole("courses") and not course:
        row.problem(f"there is no course {row.text('courseSourcedId')!r}", "courseSourcedId")
    code = row.text("classCode", _LONGEST_CODE)
    return ClassEntry(
        where=row.where,
        source_id=key,
        title=title,
        code=code or row.text("sourcedId", _LONGEST_CODE),
        room=row.text("location", _LONGEST_ROOM),
        track=row.text("metadata.track", _LONGEST_TRACK),
        periods=row.text("periods", _LONGEST_CODE),
        since=dates[0],
        until=dates[1],
    )


def _dates(tables: Tables, row: Row, terms: Mapping[str, Session]) -> Dates | None:
    """Return the first and last day of a class' terms; a term that is missing is a problem."""
    named = [part.strip() for part in row.text("termSourcedIds").split(",") if part.strip()]
    spans = [terms[name] for name in named if name in terms]
    if "academicSessions" in tables.rows or not tables.partial:
        for name in named:
            if name not in tables.of("academicSessions"):
                row.problem(f"there is no academic session {name!r}", "termSourcedIds")
        if not named:
            row.problem("a class needs at least one term", "termSourcedIds")
    if not spans:
        return None
    since, until = min(span.since for span in spans), max(span.until for span in spans)
    if SchoolYear.of(since) != SchoolYear.of(until):
        row.problem("its terms lie in two school years", "termSourcedIds")
    return since, until


def _require_org(tables: Tables, row: Row) -> None:
    if tables.is_whole("orgs") and row.text("schoolSourcedId") not in tables.of("orgs"):
        row.problem(f"there is no org {row.text('schoolSourcedId')!r}", "schoolSourcedId")
