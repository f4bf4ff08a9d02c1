"""The command `import-paper`: take in a keyed paper sheet of one section."""

import argparse
from collections import Counter
from datetime import date
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.exchange.named_file import open_file
from central.store import lookup
from central.work import paper
from central.work.local_days import local_date

HELP = "take in a paper sheet keyed as CSV: student_number, date, mark, in, out"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the sheet and who keyed it."""
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--section", required=True, metavar="CODE")
    parser.add_argument("--sheet", required=True, metavar="NUMBER", help="as printed on the sheet")
    parser.add_argument(
        "--on", type=date.fromisoformat, metavar="DATE", help="finds a section of another year"
    )
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Show each row's verdict and, unless only shown, write the sheet; 1 when rows conflict."""
    del config
    by = lookup.staff(args.by)
    today = local_date(by.school, now())
    section = lookup.section(args.section, args.on or today)
    sheet = paper.read(open_file(args.file), section, args.sheet)
    for row in sheet.rows:
        say(f"  row {row.line:4}  {row.student.number:12} {row.on} {row.mark:8} {row.verdict}")
    if args.dry_run:
        say("nothing was written (--dry-run)")
    else:
        say(f"{paper.accept(sheet, by, now())} records made from sheet {args.sheet}")
    return 1 if Counter(row.verdict for row in sheet.rows)[paper.Verdict.CONFLICTS] else 0
