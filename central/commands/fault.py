"""The command `fault`: report something broken, list what is, and keep what was done about it."""

import argparse

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import CentralError
from central.store import lookup
from central.store.models import FaultStep
from central.work import faults
from central.work.faults import Fault

HELP = "report what is broken, list the faults nobody solved, and keep what was done about one"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do, about which fault, and who acts."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="every fault nobody solved")
    report = verbs.add_parser("report", help="say what is wrong, and at which station")
    report.add_argument("says", metavar="TEXT")
    report.add_argument("--station", metavar="STATION")
    step = verbs.add_parser("step", help="take a fault on, or say that it is solved")
    step.add_argument("fault", type=int, metavar="NUMBER")
    step.add_argument("--state", required=True, choices=[FaultStep.State.TAKEN, FaultStep.State.SOLVED])
    step.add_argument("--says", required=True, metavar="TEXT")
    for verb in (report, step):
        verb.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """List the faults, 1 while one is not solved; report one; or keep a step."""
    del config
    school = lookup.the_school()
    if args.verb == "report":
        station = lookup.station(args.station) if args.station else None
        row = faults.report(Fault(args.says, station=station), lookup.staff(args.by), now())
        say(f"fault {row.pk} is on IT's list")
    elif args.verb == "step":
        found = faults.with_state(school).filter(pk=args.fault).first()
        if found is None:
            msg = f"there is no fault {args.fault}; rollbook-central fault list names them"
            raise CentralError(msg)
        faults.step(found, FaultStep.State(args.state), lookup.staff(args.by), args.says, now())
        say(f"fault {args.fault}: {args.state}")
    else:
        rows = list(faults.unsolved(school))
        for row in rows:
            where = f" at {row.station_id}" if row.station_id else ""
            say(f"{row.pk} {row.at:%Y-%m-%d}{where}: {row.says}")
        say(f"{len(rows)} {'fault' if len(rows) == 1 else 'faults'} nobody solved")
        return 1 if rows else 0
    return 0
