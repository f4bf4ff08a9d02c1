"""What every verb of `emergency` asks for: which one, who does it and why."""

import argparse

from central.commands.recovery.asking import Do, Verbs, act, ask_reason
from central.commands.recovery.asking import verb as a_verb
from central.store import lookup
from central.store.models import Emergency
from central.work import emergencies

__all__ = ["act", "ask_reason", "named", "shown", "verb"]


def verb(verbs: Verbs, name: str, says: str, do: Do) -> argparse.ArgumentParser:
    """Add a verb that writes something about one emergency, and so needs somebody who does it."""
    parser = a_verb(verbs, name, says, do)
    _ask_which(parser)
    return parser


def shown(verbs: Verbs, name: str, says: str, do: Do) -> argparse.ArgumentParser:
    """Add a verb that shows something about one emergency."""
    parser = verbs.add_parser(name, help=says, description=says)
    parser.set_defaults(do=do)
    _ask_which(parser)
    return parser


def named(args: argparse.Namespace) -> Emergency:
    """Return the emergency that is asked for; raises CentralError where there is none."""
    return emergencies.find(lookup.school_year(args.year), args.code)


def _ask_which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="what the school calls the emergency")
    parser.add_argument("--year", required=True, metavar="YYYY-YY")
