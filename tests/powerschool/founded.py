"""Fill the records of an installation with a certified school, and say what its PowerSchool would hold."""

import json
import sys
from dataclasses import dataclass

from central.store import readiness
from tests.powerschool.tables import Tables

STUDENTS, DAYS = 6, 2


@dataclass(frozen=True)
class Founded:
    """The employee who delivers, and the days there are records of."""

    by: str
    days: list[str]


def told() -> dict[str, object]:
    """Write the school; return what another process needs to know of it."""
    from central.store.models import School
    from tests.powerschool import full_school, mirrored

    School.objects.all().delete()
    full = full_school.build(STUDENTS, DAYS)
    found = mirrored.tables()
    return {
        "by": full.teacher.number,
        "days": [on.isoformat() for on in full.days],
        "students": found.students,
        "periods": found.periods,
        "calendar": found.days,
        "enrollments": [[*key, cc] for key, cc in found.enrollments.items()],
    }


def take_in(text: str, tables: Tables) -> Founded:
    """Let a pretended PowerSchool hold what the other process said."""
    said = json.loads(text)
    tables.students.update(said["students"])
    tables.periods.update(said["periods"])
    tables.days.update(said["calendar"])
    tables.enrollments.update({(student, section): cc for student, section, cc in said["enrollments"]})
    return Founded(said["by"], said["days"])


if __name__ == "__main__":
    readiness.set_up()
    json.dump(told(), sys.stdout)
