"""The command `import-roster`: take in a OneRoster zip or a CSV, whole or not at all."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from central.commands import Now, a_date, author, say, tell
from central.config import CentralConfig
from central.domain.enrolment import Programme
from central.exchange.named_file import open_file
from central.exchange.oneroster.roster import EndDates
from central.store import lookup
from central.work import column_mappings
from central.work.publish import publish
from central.work.roster_preview import Change, Difference
from central.work.rosters import Outcome, Wishes, import_roster
from central.work.rosters_csv import import_csv

HELP = "take in students, staff, classes and enrollments from a OneRoster 1.1 or 1.2 zip, or from any CSV"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the file and for what a file cannot say."""
    parser.add_argument("file", type=Path, metavar="FILE.zip|FILE.csv")
    parser.add_argument("--mapping", default="", metavar="NAME", help="of a CSV: which column means what")
    parser.add_argument("--school", default="", metavar="SOURCEDID", help="which school of the file is ours")
    parser.add_argument(
        "--end-dates",
        type=EndDates,
        choices=list(EndDates),
        help="what an end date means; without it the file's own dates tell",
    )
    parser.add_argument(
        "--as-of",
        type=a_date,
        metavar="DATE",
        help="from when changed grades are true and vanished enrollments over; default: today",
    )
    parser.add_argument(
        "--programme",
        default="",
        choices=[programme.value for programme in Programme],
        help="of new students whose row names none; default: 47612",
    )
    parser.add_argument(
        "--files-are", default="", choices=("bulk", "delta"), help="of a CSV, or a zip without manifest.csv"
    )
    parser.add_argument("--accept-ends", action="store_true", help="a large part of the enrollments did end")
    parser.add_argument(
        "--force-with-reason", default="", metavar="TEXT", help="why a file older than the last one is right"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="write nothing; say all that would change and every problem"
    )


def finish(outcome: Outcome, wishes: Wishes, config: CentralConfig, now: Now) -> None:
    """Tell what a file changed, or would; publish the stations' rosters unless it was rehearsed."""
    _tell_differences(outcome.differences)
    tell(outcome.changes)
    for note in outcome.notes:
        say(f"note: {note}")
    if wishes.is_rehearsal:
        say("this was a rehearsal: nothing was written")
        return
    published = publish(config, now())
    say(f"{published.renewed} of {published.stations} station rosters are new")


def _tell_differences(differences: Iterable[Difference]) -> None:
    """Print what a rehearsal found, a line a row; a change of a name is told without the name."""
    for found in differences:
        told = ", ".join(_told(change) for change in found.changes if found.subject != str(change.after))
        say(f"{found.how:10} {found.what} {found.subject}: {told}")


def _told(change: Change) -> str:
    if change.name.endswith(" name") or change.name == "birth date":
        return change.name
    if change.before is None or change.before == "":
        return f"{change.name} {change.after}"
    return f"{change.name} {change.before} -> {'none' if change.after is None else change.after}"


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Take the roster in, say what changed, and publish the stations' rosters."""
    wishes = Wishes(
        school_source_id=args.school,
        end_dates=args.end_dates,
        as_of=args.as_of,
        files_are=args.files_are,
        programme=args.programme,
        accepts_many_ends=args.accept_ends,
        why_older=args.force_with_reason,
        is_rehearsal=args.dry_run,
    )
    file = open_file(args.file)
    if args.mapping:
        mapping = column_mappings.the_mapping(lookup.the_school(), args.mapping)
        outcome = import_csv(file, mapping, wishes, now(), author())
    else:
        outcome = import_roster(file, wishes, now(), author())
    finish(outcome, wishes, config, now)
    return 0
