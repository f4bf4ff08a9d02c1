"""The command `agreement`: the agreements a partnership programme stands on, and the school's choices."""

import argparse

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.domain.calendar import DateSpan
from central.domain.enrolment import Partner
from central.store import lookup
from central.work.agreements import (
    CHOICES,
    Agreement,
    add_agreement,
    agreements,
    withdraw_agreement,
)
from central.work.policies import Choice, choose

HELP = "keep the agreements with workforce partners (EC 47612.1) and the school's choices about eligibility"
_YES_OR_NO = ("yes", "no")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do, with which agreement, and who acts."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="every agreement that stands")
    add = verbs.add_parser("add", help="keep an agreement with its dates and where it lies")
    add.add_argument("name")
    add.add_argument("--partner", required=True, choices=[partner.value for partner in Partner])
    add.add_argument("--since", required=True, type=a_date, metavar="DATE")
    add.add_argument("--until", type=a_date, metavar="DATE", help="its last day; without one it lasts")
    add.add_argument(
        "--exclusive",
        required=True,
        choices=_YES_OR_NO,
        help="whether instruction is in this partnership alone",
    )
    add.add_argument("--evidence", required=True, metavar="TEXT", help="where the signed document is kept")
    add.add_argument("--correct", action="store_true", help="say anew what stands under this name")
    withdraw = verbs.add_parser("withdraw", help="say that an agreement does not stand, nor ever did")
    withdraw.add_argument("name")
    choice = verbs.add_parser("choose", help="decide what the law leaves to the school")
    choice.add_argument("choice", choices=sorted(CHOICES))
    choice.add_argument("is_chosen", choices=_YES_OR_NO)
    choice.add_argument("--since", required=True, type=a_date, metavar="DATE")
    for verb in (withdraw, choice):
        verb.add_argument("--reason", required=True, metavar="TEXT")
    for verb in (add, withdraw, choice):
        verb.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER", help="who acts")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do what was asked."""
    del config
    if args.verb == "list":
        return _list()
    by, at = lookup.staff(args.by), now()
    if args.verb == "add":
        valid = DateSpan(args.since, args.until)
        wish = Agreement(args.name, Partner(args.partner), valid, args.exclusive == "yes", args.evidence)
        is_new = add_agreement(wish, by, at, corrects=args.correct)
        say(f"agreement {args.name} {'is kept' if is_new else 'stood so already'}")
    elif args.verb == "withdraw":
        withdraw_agreement(args.name, args.reason, by, at)
        say(f"agreement {args.name} is withdrawn; days that rest on it alone are held back")
    else:
        choice = CHOICES[args.choice]
        choose(Choice(choice, args.is_chosen, args.since, args.reason), by, at)
        say(f"{choice}: {args.is_chosen} from {args.since} on")
    return 0


def _list() -> int:
    rows = agreements(lookup.the_school())
    for row in rows:
        until = f"until {row.until}" if row.until else "without an end"
        exclusive = "exclusive" if row.is_exclusive else "NOT exclusive"
        say(f"{row.name}: {row.partner}, from {row.since} {until}, {exclusive}; {row.evidence}")
    if not rows:
        say("no agreement stands; a programme under EC 47612.1 is under the age rule of ordinary charters")
    return 0
