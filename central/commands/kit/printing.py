"""How class sheets are asked for and told of, at the server and on a laptop alike."""

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from central.commands import a_date, say

if TYPE_CHECKING:
    from central.domain.class_sheet import ClassSheet
    from central.reports.lettering import Lettering


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for which classes, when, who prints, and where to."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--section", action="append", metavar="CODE", help="one class; may be given again")
    which.add_argument("--all", action="store_true", help="every class that is held then")
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--on", type=a_date, metavar="DATE", help="a sheet to sign for one day")
    when.add_argument("--week", type=a_date, metavar="DATE", help="a grid for the week of this date")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf")


def span_of(args: argparse.Namespace) -> tuple[date, date]:
    """Return the first and last day asked for."""
    from central.domain.class_sheet import week_of

    return (args.on, args.on) if args.on else week_of(args.week)


def tell(sheets: "Sequence[ClassSheet]", letters: "Lettering", out: Path) -> None:
    """Say what lies in the file, and whether letters of a name could not be drawn."""
    say(f"{len(sheets)} sheets in {out}")
    for sheet in sheets:
        say(f"  {sheet.code.number}  {sheet.of.code:12} {len(sheet.students):4} students")
    if any(letters.lacks(sheet.texts()) for sheet in sheets):
        say(letters.advice)
