"""The command `notice`: take and settle notices of absence, take check-ins, answer appeals."""

import argparse

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.domain.calendar import DateSpan
from central.errors import CentralError
from central.store import lookup
from central.store.models import AbsenceNotice, Appeal, AppealStep, CheckIn
from central.work import appeals, check_in, notices
from central.work.appeals import Answered
from central.work.check_in import BY_STAFF, Said
from central.work.notices import Settled

HELP = "take notices of absence and check-ins, settle what contradicts a notice, and answer appeals"

_NONE = "there is no %s %s; rollbook-central notice list names them"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do, about whom and which days, and who acts."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    every = verbs.add_parser("list", help="open conflicts of some days, and open appeals")
    every.add_argument("--since", required=True, type=a_date, metavar="DATE")
    every.add_argument("--until", required=True, type=a_date, metavar="DATE")
    take = verbs.add_parser("take", help="keep that a student is absent on some days")
    take.add_argument("student", metavar="STUDENT_NUMBER")
    take.add_argument("--since", required=True, type=a_date, metavar="DATE")
    take.add_argument("--until", type=a_date, metavar="DATE", help="default: one day")
    settle = verbs.add_parser("settle", help="say what a day with a notice was")
    settle.add_argument("notice", type=int, metavar="NUMBER")
    settle.add_argument("on", type=a_date, metavar="DATE")
    settle.add_argument("was", choices=["present", "absent"])
    present = verbs.add_parser("check-in", help="keep that a student told staff they are present")
    present.add_argument("student", metavar="STUDENT_NUMBER")
    present.add_argument("--section", required=True, metavar="CODE")
    present.add_argument("--on", required=True, type=a_date, metavar="DATE")
    present.add_argument("--way", required=True, choices=sorted(BY_STAFF))
    answer = verbs.add_parser("answer", help="answer a student's appeal")
    answer.add_argument("appeal", type=int, metavar="NUMBER")
    answer.add_argument("answer", choices=AppealStep.Answer.values)
    for verb in (take, settle, present, answer):
        verb.add_argument("--says", required=True, metavar="TEXT", help="why, in words")
        verb.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do what was asked; a list ends with 1 while something in it is open."""
    del config
    if args.verb == "list":
        return _list(args)
    by, at = lookup.staff(args.by), now()
    if args.verb == "take":
        days = DateSpan(args.since, args.until or args.since)
        row = notices.give(lookup.student(args.student), days, args.says, by, at)
        say(f"notice {row.pk} is kept, from {row.since} to {row.until}")
    elif args.verb == "settle":
        notice = AbsenceNotice.objects.filter(pk=args.notice).select_related("student__school").first()
        if notice is None:
            raise CentralError(_NONE % ("notice", args.notice))
        notices.settle(notice, args.on, Settled(args.was == "present", by, args.says), at)
        say(f"notice {args.notice} of {args.on} is settled: {args.was}")
    elif args.verb == "check-in":
        said = Said(lookup.section(args.section, args.on), args.on, CheckIn.Way(args.way), args.says)
        check_in.take(lookup.student(args.student), said, by, at)
        say(f"kept: student {args.student} said present in {args.section} on {args.on}")
    else:
        appeal = Appeal.objects.filter(pk=args.appeal).select_related("student", "section").first()
        if appeal is None:
            raise CentralError(_NONE % ("appeal", args.appeal))
        appeals.answer(appeal, Answered(AppealStep.Answer(args.answer), by, args.says), at)
        say(f"appeal {args.appeal} is answered: {args.answer}")
    return 0


def _list(args: argparse.Namespace) -> int:
    school = lookup.the_school()
    open_notices = notices.conflicts(school, args.since, args.until)
    for conflict in open_notices:
        row = conflict.notice
        whom = f"notice {row.pk}: student {row.student.number}"
        say(f"{whom} said absent on {conflict.on}, and was seen: {row.says}")
    open_appeals = list(appeals.open_appeals(school).select_related("student").order_by("pk"))
    for appeal in open_appeals:
        say(f"appeal {appeal.pk}: student {appeal.student.number}, {appeal.on}: {appeal.says}")
    say(f"{len(open_notices)} notices and {len(open_appeals)} appeals are open")
    return 1 if open_notices or open_appeals else 0
