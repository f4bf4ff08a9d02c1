"""Published: what the records of a large school said when they were last counted, kept in a file beside them.

Counting millions of records takes longer than anybody waits for a page. It is done some times a day,
and a page says when; a school of ordinary size is counted whenever somebody asks.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from central.register.register import Register, answers, register
from central.register.standing import Answer, State
from central.store import lookup
from central.store.models import AttendanceRecord, School, SchoolYear
from central.work.local_days import local_date
from station.durable import place

COUNTED_LIVE: Final = 100_000
"""Up to so many attendance records of a year are counted while somebody waits: some two seconds."""
EVERY: Final = timedelta(hours=6)
_LONGEST: Final = 2 * EVERY
"""What is older is not shown: whoever counts has stopped, and the page had better take its time."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the records of a year answered, by the names of the questions, and when they were asked."""

    year: str
    at: datetime
    answers: Mapping[str, Answer]


def count(folder: Path, school: School, now: datetime) -> bool:
    """Count the current year where its school is large, keep what was found, and say whether that was done.

    What was kept names students; where it is of no use any more, it goes. Raises OSError where the
    folder cannot be written.
    """
    today = local_date(school, now)
    year = lookup.year_of(school, today)
    if year is None or not is_large(year):
        _file(folder, school).unlink(missing_ok=True)
        return False
    found = {name: [answer.state.value, answer.reason] for name, answer in answers(year, today).items()}
    said = {"year": year.name, "at": now.isoformat(), "answers": found}
    place(_file(folder, school), json.dumps(said, ensure_ascii=False, indent=1).encode())
    return True


def newest(folder: Path, school: School, as_of: date, now: datetime) -> tuple[Register, datetime | None]:
    """Return the register of a day, and when its records were counted where that is not just now.

    Of an earlier day, as of a large school nobody has counted of late, all is counted now.
    """
    year = lookup.year_of(school, as_of)
    if year is not None and as_of == local_date(school, now) and is_large(year):
        kept = _kept(_file(folder, school))
        if kept is not None and kept.year == year.name and now - kept.at < _LONGEST:
            return register(school, as_of, year, kept.answers), kept.at
    return register(school, as_of, year), None


def is_large(year: SchoolYear) -> bool:
    """Tell whether counting a year's records takes longer than a page may."""
    rows = AttendanceRecord.objects.filter(section__school_year=year).order_by()
    return rows.values_list("pk")[COUNTED_LIVE:].exists()


def _file(folder: Path, school: School) -> Path:
    return folder / f"requirements-counted-{school.pk}.json"


def _kept(file: Path) -> Counted | None:
    """Return what was kept; nothing where there is none, or another release wrote it otherwise."""
    try:
        said = json.loads(file.read_bytes())
        found = {name: Answer(State(state), reason) for name, (state, reason) in said["answers"].items()}
        return Counted(said["year"], datetime.fromisoformat(said["at"]).astimezone(UTC), found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
