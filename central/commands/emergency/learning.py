"""The verbs of `emergency` about learning while school is closed, its duties, hotspots and partners."""

import argparse

from central.commands import Now, a_date, say
from central.commands.emergency.asking import act, ask_reason, named, verb
from central.commands.recovery.asking import Verbs
from central.domain.emergency import DutyKind
from central.store import lookup
from central.store.models import Participation
from central.work import emergency_learning, emergency_loans
from central.work.emergency_learning import TookPart
from central.work.emergency_loans import Answered, Told

_WAYS = Participation.Way.values


def add_verbs(verbs: Verbs) -> None:
    """Add the verbs."""
    checking = verb(verbs, "verify", "verify the check-ins of a class and day nobody has judged", _verify)
    _ask_class(checking)
    ask_reason(checking)
    taking = verb(verbs, "took-part", "keep how students of a class took part on a closed day", _take_part)
    _ask_class(taking)
    taking.add_argument("way", choices=_WAYS)
    taking.add_argument("students", nargs="+", metavar="STUDENT_NUMBER")
    taking.add_argument("--evidence", required=True, metavar="TEXT")
    undoing = verb(verbs, "took-no-part", "take back that a student took part", _take_back)
    undoing.add_argument("student", metavar="STUDENT_NUMBER")
    undoing.add_argument("on", type=a_date, metavar="DATE")
    undoing.add_argument("way", choices=_WAYS)
    ask_reason(undoing)
    proving = verb(verbs, "prove", "keep on which day a duty of the continuity plan was done", _prove)
    proving.add_argument("duty", choices=[kind.value for kind in DutyKind])
    proving.add_argument("on", type=a_date, metavar="DATE")
    proving.add_argument("--evidence", dest="reason", required=True, metavar="TEXT")
    _add_loans(verbs)
    _add_partners(verbs)


def _ask_class(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("section", metavar="SECTION")
    parser.add_argument("on", type=a_date, metavar="DATE")


def _add_loans(verbs: Verbs) -> None:
    lending = verb(verbs, "lend", "keep that a hotspot was lent to a student", _lend)
    lending.add_argument("student", metavar="STUDENT_NUMBER")
    lending.add_argument("device", metavar="DEVICE")
    lending.add_argument("--on", required=True, type=a_date, metavar="DATE")
    back = verb(verbs, "give-back", "keep that a hotspot came back, or is lost", _give_back)
    back.add_argument("device", metavar="DEVICE")
    back.add_argument("--on", required=True, type=a_date, metavar="DATE")
    back.add_argument("--lost", action="store_true")
    ask_reason(back)


def _add_partners(verbs: Verbs) -> None:
    telling = verb(verbs, "tell-partner", "keep what a WIOA partner was told of a change", _tell)
    telling.add_argument("--partner", required=True, metavar="NAME")
    telling.add_argument("--what", required=True, metavar="TEXT")
    telling.add_argument("--on", required=True, type=a_date, metavar="DATE")
    telling.add_argument("--evidence", required=True, metavar="TEXT")
    answering = verb(verbs, "partner-answer", "keep what the WIOA authority answered", _answer)
    answering.add_argument("change", type=int, metavar="NUMBER")
    answering.add_argument("answer", choices=("approved", "refused"))
    answering.add_argument("--on", required=True, type=a_date, metavar="DATE")
    answering.add_argument("--who", required=True, metavar="NAME")
    answering.add_argument("--evidence", required=True, metavar="TEXT")


def _verify(args: argparse.Namespace, now: Now) -> int:
    section = lookup.section(args.section, args.on)
    count = emergency_learning.verify_class(section, args.on, act(args, now))
    say(f"{count} check-ins of {args.section} on {args.on} are verified")
    return 0


def _take_part(args: argparse.Namespace, now: Now) -> int:
    part = TookPart(Participation.Way(args.way), args.evidence)
    took = {lookup.student(number).pk: part for number in args.students}
    section = lookup.section(args.section, args.on)
    count = emergency_learning.take_part(named(args), section, args.on, took, act(args, now))
    say(f"{count} students took part in {args.section} on {args.on} ({args.way})")
    return 0


def _take_back(args: argparse.Namespace, now: Now) -> int:
    student = lookup.student(args.student)
    emergency_learning.withdraw_part(named(args), student, args.on, args.way, act(args, now))
    say(f"taken back: student {args.student} on {args.on} ({args.way})")
    return 0


def _prove(args: argparse.Namespace, now: Now) -> int:
    emergency_learning.prove(named(args), DutyKind(args.duty), args.on, act(args, now))
    say(f"kept: {args.duty} on {args.on}")
    return 0


def _lend(args: argparse.Namespace, now: Now) -> int:
    student = lookup.student(args.student)
    emergency_loans.lend(named(args), student, args.device, args.on, act(args, now))
    say(f"device {args.device} is lent to student {args.student}")
    return 0


def _give_back(args: argparse.Namespace, now: Now) -> int:
    loan = emergency_loans.loan_of(named(args), args.device)
    emergency_loans.give_back(loan, args.on, act(args, now), is_back=not args.lost)
    say(f"device {args.device} is {'lost' if args.lost else 'back'}")
    return 0


def _tell(args: argparse.Namespace, now: Now) -> int:
    told = Told(args.partner, args.what, args.on, args.evidence)
    change = emergency_loans.tell_partner(named(args), told, act(args, now))
    say(f"change {change.pk} is kept; it waits for the authority's answer")
    return 0


def _answer(args: argparse.Namespace, now: Now) -> int:
    change = emergency_loans.change_of(named(args), args.change)
    answer = Answered(args.answer == "approved", args.on, args.who, args.evidence)
    emergency_loans.note_answer(change, answer, act(args, now))
    say(f"change {args.change} is {args.answer}")
    return 0
