"""The command `sample`: the school's own audit: draw certified records, and say of each if it is right."""

import argparse

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.errors import CentralError
from central.store import lookup
from central.store.models import AttendanceRecord, AuditSample
from central.work import audit_samples
from central.work.audit_samples import Draw

HELP = "draw certified records for the school's own audit, and keep of each whether it is right"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do, with which sample, and who does it."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    draw = verbs.add_parser("draw", help="draw records of some days by a seed, which draws them again")
    draw.add_argument("--since", required=True, type=a_date, metavar="DATE")
    draw.add_argument("--until", required=True, type=a_date, metavar="DATE")
    draw.add_argument("--size", required=True, type=int, metavar="NUMBER")
    draw.add_argument("--seed", required=True, type=int, metavar="NUMBER")
    show = verbs.add_parser("show", help="the records of a sample, with the last word on each")
    check = verbs.add_parser("check", help="say of one record whether it is right; what is wrong needs words")
    for verb in (show, check):
        verb.add_argument("sample", type=int, metavar="NUMBER")
    check.add_argument("record", type=int, metavar="RECORD")
    check.add_argument("found", choices=["right", "wrong"])
    check.add_argument("--says", default="", metavar="TEXT")
    for verb in (draw, check):
        verb.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do what was asked; `show` ends with 1 while a record is unchecked or wrong."""
    del config
    if args.verb == "draw":
        wish = Draw(args.since, args.until, args.size, args.seed)
        row = audit_samples.draw(wish, lookup.staff(args.by), now())
        say(f"sample {row.pk} holds {len(row.records)} records")
        return 0
    sample = _sample(args.sample)
    if args.verb == "show":
        return _show(sample)
    is_right = args.found == "right"
    audit_samples.check(sample, args.record, lookup.staff(args.by), args.says, now(), is_right=is_right)
    say(f"record {args.record} of sample {sample.pk} is {args.found}")
    return 0


def _sample(number: int) -> AuditSample:
    found = AuditSample.objects.filter(pk=number).first()
    if found is None:
        msg = f"there is no sample {number}; rollbook-central sample draw makes one"
        raise CentralError(msg)
    return found


def _show(sample: AuditSample) -> int:
    found = AttendanceRecord.objects.select_related("student", "section").in_bulk(sample.records)
    checks = audit_samples.result(sample)
    for key in sample.records:
        record, said = found[key], checks.get(key)
        word = "unchecked" if said is None else "right" if said.is_right else f"wrong: {said.says}"
        where = f"student {record.student.number}, {record.section.code}, {record.on}"
        say(f"record {key}: {where}, {record.mark}, {record.stage}: {word}")
    wrong = sum(not each.is_right for each in checks.values())
    say(f"{len(checks)} of {len(sample.records)} checked, {wrong} wrong")
    return 0 if len(checks) == len(sample.records) and not wrong else 1
