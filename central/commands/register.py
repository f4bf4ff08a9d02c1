"""The command `register`: how the school's requirements stand, and what people bring for them."""

import argparse
import sys
from datetime import date

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.errors import CentralError
from central.register import render
from central.register.evidence import bring, withdraw
from central.register.register import Register, register
from central.register.standing import Standing, State
from central.register.table import ORDER, Row, rows
from central.store import lookup
from central.store.models import School, SchoolYear
from central.work.local_days import local_date

HELP = "show which requirements are met, at risk, broken or need evidence; file evidence and answers"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do, for which row, as of which day."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="every row with its state")
    export = verbs.add_parser("export", help="every row with its columns")
    for verb in (listing, export):
        verb.add_argument("--table", choices=ORDER)
        verb.add_argument("--state", choices=[state.value for state in State])
    export.add_argument("--format", choices=["csv", "json"], default="csv")
    show = verbs.add_parser("show", help="one row with its reason and sources")
    evidence = verbs.add_parser("evidence", help="file evidence, or the answer to an open question")
    evidence.add_argument("--says", default="", metavar="TEXT")
    evidence.add_argument("--document", default="", metavar="FILE_OR_PLACE")
    evidence.add_argument("--since", type=a_date, metavar="DATE", help="default: today at the school")
    evidence.add_argument("--until", type=a_date, metavar="DATE")
    withdrawal = verbs.add_parser("withdraw", help="withdraw what was filed for a row")
    withdrawal.add_argument("--reason", required=True, metavar="TEXT")
    for verb in (show, evidence, withdrawal):
        verb.add_argument("key", metavar="KEY")
    for verb in (evidence, withdrawal):
        verb.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")
    for verb in (listing, export, show):
        verb.add_argument("--as-of", type=a_date, metavar="DATE", help="default: today at the school")
        verb.add_argument("--year", metavar="YYYY-YY", help="default: the year of that day")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do it; `list`, `show` and `export` end with 1 while a row they show is broken or needs evidence."""
    del config
    school = lookup.the_school()
    at = now()
    today = local_date(school, at)
    if args.verb == "evidence":
        valid = (args.since or today, args.until)
        kept = bring(
            _row(args.key), lookup.staff(args.by), at, says=args.says, document=args.document, valid=valid
        )
        digest = f", SHA-256 {kept.sha256}" if kept.sha256 else ""
        say(f"filed for {args.key} since {kept.since} by employee {kept.by.number}{digest}")
        return 0
    if args.verb == "withdraw":
        withdraw(_row(args.key), lookup.staff(args.by), at, args.reason)
        say(f"what was filed for {args.key} is withdrawn")
        return 0
    as_of = args.as_of or today
    if as_of > today:
        msg = f"{as_of} has not come yet (it is {today} at the school); ask as of a day up to today"
        raise CentralError(msg)
    return _show(args, register(school, as_of, _year(args.year, school, as_of)))


def _show(args: argparse.Namespace, found: Register) -> int:
    if args.verb == "show":
        key = _row(args.key).key
        shown = [standing for standing in found.rows if standing.row.key == key]
        for line in render.one(shown[0]):
            say(line)
        return _code(shown)
    shown = [standing for standing in found.rows if _is_asked_for(standing, args.table, args.state)]
    if args.verb == "export":
        text = render.csv(found, shown) if args.format == "csv" else render.as_json(found, shown) + "\n"
        sys.stdout.write(text)
        return _code(shown)
    for line in render.lines(found, shown):
        say(line)
    return _code(shown)


def _code(shown: list[Standing]) -> int:
    open_states = {State.BROKEN, State.NEEDS_EVIDENCE}
    return 1 if any(standing.answer.state in open_states for standing in shown) else 0


def _is_asked_for(standing: Standing, table: str | None, state: str | None) -> bool:
    return table in {None, standing.row.table} and state in {None, standing.answer.state.value}


def _row(key: str) -> Row:
    found = rows().get(key)
    if found is None:
        msg = f"the register has no row {key!r}; rollbook-central register list names them"
        raise CentralError(msg)
    return found


def _year(name: str | None, school: School, as_of: date) -> SchoolYear | None:
    """Return the year asked for, or that of the day, which may not be in the records yet."""
    if name:
        return lookup.school_year(name)
    return lookup.year_of(school, as_of)
