"""The command `count`: the counts of every period from the bits of students' years."""

import argparse

from central.commands import Now, say
from central.config import CentralConfig
from central.law.counting import Counts, Measure
from central.law.day_planes import PERIODS, Cell, TrackMasks
from central.store import lookup
from central.work import student_years
from central.work.year_counts import counted

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
    counts, masks = counted(year, now())
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
