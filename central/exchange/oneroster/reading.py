"""Published: read a OneRoster zip whole, or refuse it with every problem found."""

from dataclasses import dataclass
from typing import Final

from central.exchange.oneroster import classes, people, seats, sessions, tables
from central.exchange.oneroster.roster import EndDates, Known, Roster, SchoolSought
from central.exchange.oneroster.seats import Inside
from central.exchange.problem import refuse

_NO_MANIFEST: Final = "the zip has no manifest.csv, so it is read as OneRoster %s; ask for one with it"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says of a file that does not say it itself: its end dates, and "bulk" or "delta"."""

    end_dates: EndDates | None = None
    files_are: str = ""


def read(name: str, data: bytes, sought: SchoolSought, known: Known, asked: Asked | None = None) -> Roster:
    """Return one school's part of a OneRoster 1.1 or 1.2 zip.

    Everything the file can be checked for by itself is checked here. Raises InputError naming
    file, row and column of every problem.
    """
    asked = asked or Asked()
    found = tables.read(name, data, asked.files_are)
    # Files that could not be opened would only bring problems that are not there.
    refuse(f"{name} is not taken in", found.problems if not found.rows else [])
    school = sessions.school(found, sought)
    reading, because = sessions.end_dates(found, asked.end_dates)
    passed_over: dict[str, int] = {}
    terms = sessions.sessions(found, reading)
    taught = classes.classes(found, school, terms, known, passed_over) if school else {}
    persons = people.people(found, school, classes.seated(found, taught, known), known, passed_over)
    taken = seats.seats(Inside(found, persons, taught, known, reading)) if school else []
    refuse(f"{name} is not taken in; nothing was written. Correct in the exporting system:", found.problems)
    return Roster(
        school_source_id=school,
        version=found.version,
        end_dates=reading,
        end_dates_because=because,
        people=tuple(persons.values()),
        classes=tuple(taught.values()),
        seats=tuple(taken),
        partial=found.partial,
        removed={file: frozenset(ids) for file, ids in found.removed.items()},
        passed_over=passed_over,
        newest_change_at=max(found.changed_at, default=None),
        notes=() if found.has_manifest else (_NO_MANIFEST % found.version,),
    )
