"""The command `exceptions`: what does not explain itself, and settling a line of it."""

import argparse

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.errors import CentralError
from central.store import lookup
from central.work import exceptions
from central.work.exception_kinds import ExceptionKind

HELP = "list what does not explain itself, why it matters and what to do; settle one line with a reason"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the kind and the days, or for the line to settle."""
    parser.add_argument("--kind", choices=[kind.value for kind in ExceptionKind], metavar="KIND")
    parser.add_argument(
        "--since", type=a_date, metavar="DATE", help=f"default: the last {exceptions.DAYS} days"
    )
    parser.add_argument("--settled", action="store_true", help="those somebody has settled instead")
    parser.add_argument("--settle", metavar="KIND/KEY", help="the name the list gives a line")
    parser.add_argument("--reason", default="", metavar="TEXT")
    parser.add_argument("--as", dest="by", metavar="STAFF_NUMBER", help="who settles it")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """List the lines, 1 while one is open; or settle one."""
    del config
    queue = exceptions.queue(lookup.the_school(), now(), args.since)
    if args.settle:
        line = next((each for each in queue.lines if f"{each.kind}/{each.key}" == args.settle), None)
        if line is None or not args.by:
            msg = f"no line {args.settle}, or nobody who settles it: name one of the list, --as and --reason"
            raise CentralError(msg)
        exceptions.settle(line, lookup.staff(args.by), args.reason, now())
        say(f"{args.settle} is settled until its facts change")
        return 0
    kind = ExceptionKind(args.kind) if args.kind else None
    shown = queue.of(kind, settled=args.settled)
    for line in shown:
        whom = " ".join(student.number for student in line.students)
        say(f"{line.kind}/{line.key}  {line.meaning.happened % line.figures} {whom}".rstrip())
        say(f"    {line.meaning.why} {line.meaning.do}")
    say(f"{len(shown)} {'line' if len(shown) == 1 else 'lines'}")
    return 1 if shown and not args.settled else 0
