"""The verbs of `emergency` about the return to normal: audit, review, after-action list, report."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, say
from central.commands.emergency.asking import act, ask_reason, named, shown, verb
from central.commands.recovery.asking import Verbs
from central.errors import CentralError
from central.reports import emergency_report
from central.reports.board_papers import FORMS
from central.store import lookup
from central.store.models import AfterActionStep
from central.work import after_action, emergencies, emergency_audit
from central.work.local_days import local_date


def add_verbs(verbs: Verbs) -> None:
    """Add the verbs."""
    auditing = shown(verbs, "audit", "list what does not fit; 1 while a line of it is open", _audit)
    auditing.add_argument("--all", action="store_true", help="with what was resolved")
    for name, says, do in (
        ("resolve", "say how a line of the audit was resolved, and why", _resolve),
        ("open-again", "take a resolution back", _open_again),
    ):
        resolving = verb(verbs, name, says, do)
        resolving.add_argument("lines", nargs="+", metavar="LINE", help="as the audit names it")
        ask_reason(resolving)
    reviewing = verb(verbs, "review", "keep what a review of the procedures found", _review)
    reviewing.add_argument("--on", required=True, type=a_date, metavar="DATE")
    reviewing.add_argument("--says", dest="reason", required=True, metavar="TEXT")
    adding = verb(verbs, "action", "put something on the after-action list", _add)
    adding.add_argument("what", metavar="TEXT")
    adding.add_argument("--owner", required=True, metavar="STAFF_NUMBER")
    adding.add_argument("--due", required=True, type=a_date, metavar="DATE")
    stepping = verb(verbs, "action-step", "say what became of it", _step)
    stepping.add_argument("action", type=int, metavar="NUMBER")
    stepping.add_argument("state", choices=AfterActionStep.State.values)
    stepping.add_argument("--due", type=a_date, metavar="DATE", help="the new day, where it is due later")
    ask_reason(stepping)
    shown(verbs, "actions", "show the after-action list; 1 while something of it is late", _actions)
    reporting = shown(verbs, "report", "write the report to the board", _report)
    reporting.add_argument("--format", choices=FORMS, default="pdf")
    reporting.add_argument("--out", required=True, type=Path, metavar="FILE")


def _audit(args: argparse.Namespace, now: Now) -> int:
    lines = emergency_audit.audit(named(args), now())
    left = [line for line in lines if line.is_open]
    for line in lines if args.all else left:
        found = line.found
        where = f" {found.where}" if found.where else ""
        whom = f" student {found.student}" if found.student else ""
        count = f" ({found.count})" if found.count > 1 else ""
        how = "open" if line.is_open else f"resolved: {line.step.reason if line.step else ''}"
        say(f"{line.name}  {found.on} {found.kind}{where}{whom}{count}: {how}")
    say(f"{len(lines)} lines, {len(left)} open")
    return 1 if left else 0


def _resolve(args: argparse.Namespace, now: Now) -> int:
    emergency_audit.resolve(named(args), args.lines, act(args, now))
    for name in args.lines:
        say(f"{name} is resolved")
    return 0


def _open_again(args: argparse.Namespace, now: Now) -> int:
    emergency_audit.open_again(named(args), args.lines, act(args, now))
    for name in args.lines:
        say(f"{name} is open again")
    return 0


def _review(args: argparse.Namespace, now: Now) -> int:
    emergencies.review(named(args), args.on, act(args, now))
    say(f"the review of {args.on} is kept")
    return 0


def _add(args: argparse.Namespace, now: Now) -> int:
    owner = lookup.staff(args.owner)
    row = after_action.add(named(args), args.what, owner, args.due, act(args, now))
    say(f"action {row.pk} is on the list, due {args.due}")
    return 0


def _step(args: argparse.Namespace, now: Now) -> int:
    action = after_action.action_of(named(args), args.action)
    after_action.take_step(action, args.state, act(args, now), due_on=args.due)
    say(f"action {args.action} is {args.state}")
    return 0


def _actions(args: argparse.Namespace, now: Now) -> int:
    emergency = named(args)
    today = local_date(emergency.school_year.school, now())
    lines = after_action.listed(emergency)
    for line in lines:
        state = "late" if line.is_late(today) else "open"
        state = state if line.is_open or line.step is None else line.step.state
        whose = f"employee {line.action.owner.number}"
        say(f"{line.action.pk}  {line.due_on} {state} ({whose}): {line.action.what}")
    return 1 if any(line.is_late(today) for line in lines) else 0


def _report(args: argparse.Namespace, now: Now) -> int:
    made = emergency_report.papers(named(args), now()).written(args.format)
    try:
        args.out.write_bytes(made)
    except OSError as error:
        msg = f"{args.out} cannot be written ({error.strerror}); name a file in a folder that is there"
        raise CentralError(msg) from error
    say(f"{args.out}: {len(made)} bytes")
    return 0
