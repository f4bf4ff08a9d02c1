"""The command `interventions`: whose absence calls for somebody, and what was done about it."""

import argparse

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.store import lookup
from central.store.models import InterventionStep
from central.work.interventions import SENTENCES, Done, calls, take_step

HELP = "list whose absence calls for somebody to talk with them, and keep what was done; nothing is sent"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do, about whom, and who acts."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    every = verbs.add_parser("list", help="every call nobody has closed")
    every.add_argument("--closed", action="store_true", help="those somebody has closed instead")
    step = verbs.add_parser("step", help="keep what was done about one call")
    step.add_argument("student", metavar="STUDENT_NUMBER")
    step.add_argument("--kind", required=True, choices=sorted(SENTENCES))
    step.add_argument("--since", required=True, type=a_date, metavar="DATE", help="as the list says")
    step.add_argument("--state", required=True, choices=InterventionStep.State.values)
    step.add_argument("--says", required=True, metavar="TEXT")
    step.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """List the calls, 1 while one is open; or keep a step."""
    del config
    if args.verb == "step":
        done = Done(args.kind, args.since, InterventionStep.State(args.state), args.says)
        take_step(lookup.student(args.student), done, lookup.staff(args.by), now())
        say(f"kept: {args.state}, for student {args.student}")
        return 0
    every = calls(lookup.the_school(), now())
    shown = [call for call in every if call.is_open != args.closed]
    for call in shown:
        whom = "adult" if call.is_adult else "minor"
        told = SENTENCES[call.kind] % call.figures
        say(f"{call.student.number} {call.kind} since {call.since} ({whom}): {told}")
        for step in call.steps:
            say(f"    {step.at:%Y-%m-%d} {step.state} by employee {step.by.number}: {step.says}")
    say(f"{len(shown)} {'call' if len(shown) == 1 else 'calls'}")
    return 1 if shown and not args.closed else 0
