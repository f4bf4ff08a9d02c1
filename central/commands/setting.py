"""The command `setting`: what the school decided for itself, from which day on."""

import argparse
from datetime import date

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.store import lookup
from central.store.models import School, SchoolPolicy
from central.work.local_days import local_date
from central.work.policies import Choice, Policies, choose, setting
from central.work.school_settings import BY_NAME, SETTINGS, Kind

HELP = "list, show and choose the school's settings, each from a day on"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do, with which setting, and who decides."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    every = verbs.add_parser("list", help="every setting and what it is on a day")
    every.add_argument("--on", type=a_date, metavar="DATE", help="default: today")
    show = verbs.add_parser("show", help="one setting: what it means, its limits, every decision on it")
    show.add_argument("name", choices=sorted(BY_NAME), metavar="NAME")
    decide = verbs.add_parser("choose", help="decide a setting from a day on; days before keep theirs")
    decide.add_argument("name", choices=sorted(BY_NAME), metavar="NAME")
    decide.add_argument("value", metavar="VALUE")
    decide.add_argument("--since", required=True, type=a_date, metavar="DATE")
    decide.add_argument("--reason", required=True, metavar="TEXT")
    decide.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER", help="who decides")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do what was asked."""
    del config
    school = lookup.the_school()
    if args.verb == "list":
        today = local_date(school, now())
        _list(school, args.on or today)
    elif args.verb == "show":
        _show(school, args.name)
    else:
        wish = Choice(args.name, args.value, args.since, args.reason)
        row = choose(wish, lookup.staff(args.by), now())
        say(f"{row.name} is {row.value} from {row.since} on")
    return 0


def _list(school: School, on: date) -> None:
    policies = Policies.of(school)
    for each in SETTINGS:
        unit = f" {each.unit}" if each.unit else ""
        say(f"{each.name}: {policies.text(each.name, on)}{unit}. {each.says}")


def _show(school: School, name: str) -> None:
    of = setting(name)
    limits = f"{of.kind}, {of.least} to {of.most} {of.unit}" if of.kind is Kind.NUMBER else str(of.kind)
    say(f"{of.name}: {of.says}")
    say(f"a value is: {limits}; before the first decision {of.default}")
    say(f"law: {of.law or 'none; the school decides'}")
    for row in SchoolPolicy.objects.filter(school=school, name=name).order_by("pk"):
        say(f"{row.value} from {row.since} on, by employee {row.by} on {row.at:%Y-%m-%d}: {row.reason}")
