"""The command `retention`: how long the records of a school year stay, its audit, and legal holds on it."""

import argparse

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.errors import CentralError
from central.store import lookup
from central.store.models import SchoolYear
from central.work.retention import add_hold, complete_audit, holds_of, kept_of, lift_hold

HELP = "show from when on the records of a year may be destroyed; keep its audit and legal holds"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the year, and for what is to be kept about it."""
    parser.add_argument("--year", required=True, metavar="YYYY-YY", help="like 2024-25")
    parser.add_argument("--audited-on", type=a_date, metavar="DATE", help="the day its audit was completed")
    parser.add_argument("--hold", metavar="NAME", help="let nothing of the year be destroyed")
    parser.add_argument("--lift", metavar="NAME", help="end such a hold")
    parser.add_argument("--reason", default="", metavar="TEXT", help="of a hold or its end")
    parser.add_argument("--as", dest="by", metavar="STAFF_NUMBER", help="who decides")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Keep what was decided, then list what there is of the year."""
    del config
    year = lookup.school_year(args.year)
    if args.audited_on or args.hold or args.lift:
        if not args.by:
            msg = "an audit, a hold and its end bear somebody's name; give --as STAFF_NUMBER"
            raise CentralError(msg)
        _keep(args, year, now)
    _list(year)
    return 0


def _keep(args: argparse.Namespace, year: SchoolYear, now: Now) -> None:
    by, at = lookup.staff(args.by), now()
    if args.audited_on:
        complete_audit(year, args.audited_on, by, at)
    if args.hold:
        add_hold(year, args.hold, args.reason, by, at)
    if args.lift:
        lift_hold(year, args.lift, args.reason, by, at)


def _list(year: SchoolYear) -> None:
    audited = f"audited on {year.audited_on}" if year.audited_on else "its audit is not complete"
    say(f"{year.name}: {audited}")
    for kept in kept_of(year):
        since = f"not before {kept.destroyable_from}" if kept.destroyable_from else "not to be destroyed"
        say(f"{kept.count:9,} {kept.what:26} class {kept.kept_as.value:12} {since}")
    for hold in holds_of(year):
        say(f"held: {hold.name} since {hold.at:%Y-%m-%d}: {hold.reason}")
