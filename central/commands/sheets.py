"""The command `sheets`: print class sheets for a day or a week into one PDF."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.domain.class_sheet import week_of
from central.errors import RefusedError, UnavailableError
from central.store import lookup
from central.store.models import Section
from central.work import print_sheets as verbs

HELP = "print class sheets for a day or a week into one PDF"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for which classes, when, and who prints."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--section", action="append", metavar="CODE", help="one class; may be given again")
    which.add_argument("--all", action="store_true", help="every class that is held then")
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--on", type=a_date, metavar="DATE", help="a sheet to sign for one day")
    when.add_argument("--week", type=a_date, metavar="DATE", help="a grid for the week of this date")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print, and say what lies in the file."""
    del config
    from central.reports import class_sheets, lettering

    by = lookup.staff(args.by)
    first, last = (args.on, args.on) if args.on else week_of(args.week)
    sections = Section.objects.filter(school=by.school, since__lte=last, until__gte=first)
    if args.section:
        sections = sections.filter(code__in=args.section)
        missing = sorted(set(args.section) - {each.code for each in sections})
        if missing:
            msg = f"there is no section {', '.join(missing)} on {first}; check the code and the date"
            raise RefusedError(msg)
    if args.out.exists():
        msg = f"{args.out} exists already; name another file, so that no sheet is lost"
        raise UnavailableError(msg)
    letters = lettering.register()
    sheets = verbs.print_sheets(sections, (first, last), by, now())
    try:
        args.out.write_bytes(class_sheets.draw(sheets, letters))
    except OSError as error:
        msg = f"{args.out} cannot be written ({error.strerror}); name another file and print again"
        raise UnavailableError(msg) from error
    say(f"{len(sheets)} sheets in {args.out}")
    for sheet in sheets:
        say(f"  {sheet.code.number}  {sheet.of.code:12} {len(sheet.students):4} students")
    if any(letters.lacks(sheet.texts()) for sheet in sheets):
        say(letters.advice)
    return 0
