"""The command `mark`: change the records of a class's day before they are certified, or take that back."""

import argparse

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.store import lookup
from central.work.changes import Action, Change
from central.work.propose import Word, mark_rest_absent, propose
from central.work.undo import take_back

HELP = "mark, add or remove records of a class's day before they are certified, or take a change back"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the class and day, what is to be done, for whom, and who does it."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    for action in Action:
        verbs.add_parser(action.value, help=f"one student: {action.value}")
    verbs.add_parser("rest-absent", help="everybody without a record is absent")
    verbs.add_parser("take-back", help="undo the last change of one student's record")
    for name, verb in verbs.choices.items():
        verb.add_argument("section", metavar="CODE")
        verb.add_argument("on", type=a_date, metavar="DATE")
        if name != "rest-absent":
            verb.add_argument("student", metavar="STUDENT_NUMBER")
        verb.add_argument("--reason", default="", metavar="TEXT", help="why; needed after the day")
        verb.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Change the records; nothing of it counts before a teacher certifies."""
    del config
    section, by, at = lookup.section(args.section, args.on), lookup.staff(args.by), now()
    word = Word(by, at, args.reason)
    if args.verb == "rest-absent":
        done = mark_rest_absent(section, args.on, word)
    elif args.verb == "take-back":
        take_back(section, args.on, lookup.student(args.student).pk, by, at)
        done = 1
    else:
        change = Change(lookup.student(args.student).pk, Action(args.verb), args.reason)
        done = propose(section, args.on, word, [change])
    say(f"{done} records of {section.code} on {args.on} changed; nothing counts before it is certified")
    return 0
