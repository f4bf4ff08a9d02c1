"""The command `access-log`: who looked at what names a student."""

import argparse
import csv
import json
import sys
from dataclasses import asdict

from central.commands import Now, a_date, author
from central.config import CentralConfig
from central.exchange.spreadsheet import neutral
from central.store import lookup
from central.store.models import AuditEvent
from central.store.queries.viewings import viewings_of

HELP = "show who looked at what names a student, when and on which page"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the student, the days and the form."""
    parser.add_argument("--student", required=True, metavar="STUDENT_NUMBER")
    parser.add_argument("--since", type=a_date, metavar="DATE")
    parser.add_argument("--until", type=a_date, metavar="DATE", help="its looks too")
    parser.add_argument("--format", choices=("csv", "json"), default="csv")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print the looks, newest first; that they were asked for is noted as well."""
    del config
    student = lookup.student(args.student)
    looks = viewings_of(student, args.since, args.until)
    detail = {"since": str(args.since or ""), "until": str(args.until or "")}
    AuditEvent.objects.create(
        at=now(), by=author(), verb="access-log", subject=f"student {student.number}", detail=detail
    )
    lines = [{**asdict(look), "at": look.at.isoformat()} for look in looks]
    if args.format == "json":
        sys.stdout.write(json.dumps({"student": student.number, "looks": lines}, indent=1) + "\n")
        return 0
    writer = csv.DictWriter(sys.stdout, ["at", "by", "page", "at_what"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: neutral(cell) for name, cell in line.items()} for line in lines)
    return 0
