"""The command `sheets`: print class sheets for a day or a week into one PDF."""

import argparse

from central.commands import Now
from central.commands.kit import printing
from central.config import CentralConfig
from central.errors import RefusedError, UnavailableError
from central.store import lookup
from central.store.models import Section
from central.work import print_sheets as verbs

HELP = "print class sheets for a day or a week into one PDF"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for which classes, when, and who prints."""
    printing.add_arguments(parser)


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print, and say what lies in the file."""
    del config
    from central.reports import class_sheets, lettering

    by = lookup.staff(args.by)
    first, last = printing.span_of(args)
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
    printing.tell(sheets, letters, args.out)
    return 0
