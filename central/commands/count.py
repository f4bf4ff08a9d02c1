"""The command `count`: the counts of every period from the bits of students' years."""

import argparse
from collections.abc import Mapping
from datetime import datetime

from central.commands import Now, say
from central.config import CentralConfig
from central.domain.calendar import SchoolYear as Year
from central.domain.day_bits import bits_between, bits_of
from central.errors import CentralError
from central.law.counting import Counts, Measure, Recovery, count
from central.law.day_planes import PERIODS, Cell, TrackMasks, track_masks
from central.store import lookup
from central.store.models import SchoolYear, Student
from central.store.queries.calendars import track_calendars
from central.store.queries.student_years import kept_rows
from central.work import student_years
from central.work.recovery_gathering import recovery_year
from central.work.recovery_year import is_in_force

HELP = "count every period from the bits of students' years, make them anew, or compare them with the records"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the year, and whether to rebuild or compare."""
    parser.add_argument("--year", required=True, metavar="YYYY-YY", help="like 2024-25")
    parser.add_argument("--rebuild", action="store_true", help="make the bits anew from the records first")
    parser.add_argument("--compare", action="store_true", help="tell every difference from the records")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print a line for each track, grade span, modality and period; 1 where a difference was found."""
    del config
    year = lookup.school_year(args.year)
    if args.rebuild:
        say(f"rebuilt: {student_years.rebuild(year)} rows were not what the records say")
    if lacking := student_years.unprojected(year):
        msg = f"{lacking} enrolled students of {year} have no bits yet; add --rebuild"
        raise CentralError(msg)
    calendars = track_calendars(year.school_id, Year(year.name))
    masks = {code: track_masks(calendar) for code, calendar in calendars.items() if calendar.days_taught}
    counts = count(kept_rows(year), masks, _recovery(year, now()))
    for cell in sorted({key[0] for key in counts}):
        _tell(cell, counts, masks[cell.track])
    if not args.compare:
        return 0
    differences = list(student_years.differences(year))
    for line in differences:
        say(line)
    say(f"{len(differences)} differences from the records")
    return 1 if differences else 0


def _tell(cell: Cell, counts: Counts, masks: TrackMasks) -> None:
    say(f"track {cell.track}, {cell.span}, {cell.modality}")
    for kind, divisor in zip(PERIODS, masks.divisors, strict=True):
        found = {measure: counts[cell, measure, kind] for measure in Measure}
        days = found.pop(Measure.ATTENDED)
        rest = ", ".join(f"{number} {measure}" for measure, number in found.items())
        say(f"  {kind:7} {days}/{divisor.bit_count()} {Measure.ATTENDED}; {rest}")


def _recovery(year: SchoolYear, at: datetime) -> Mapping[int, Recovery]:
    """Return the recovery accounts of the year's end by student, as far as they are written down now."""
    named = Year(year.name)
    if not is_in_force(named):
        return {}
    ledger = recovery_year(year, at)
    whole_year = bits_between(named.starts_on, None, named)
    keys = dict(Student.objects.filter(school=year.school_id).values_list("number", "pk"))
    accounts = {student: ledger.account(student, named.ends_on) for student in ledger.students}
    return {
        keys[student]: Recovery(
            earned=bits_of(account.earned_on, named),
            allowed=account.days_allowed,
            unrecoverable=whole_year ^ bits_of((absence.on for absence in account.recoverable), named),
        )
        for student, account in accounts.items()
    }
