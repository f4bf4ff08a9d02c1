"""The command `column-mapping`: say which column of a school's own CSV means what, and look at it."""

import argparse
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import CentralError
from central.exchange import column_mapping
from central.exchange.column_mapping import COLUMNS, NEEDED
from central.exchange.named_file import open_file
from central.exchange.problem import Problem, refuse
from central.store import lookup
from central.work import column_mappings

HELP = "say which column of a roster CSV means what: suggest, save, show, list"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the verb and what it needs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    suggest = verbs.add_parser("suggest", help="what the headings of a file seem to mean")
    suggest.add_argument("file", type=Path, metavar="FILE.csv")
    save = verbs.add_parser("save", help="keep a mapping under a name")
    save.add_argument("name", metavar="NAME")
    save.add_argument(
        "--from", dest="file", type=Path, metavar="FILE.csv", help="begin with what it suggests"
    )
    save.add_argument(
        "--set", action="append", default=[], metavar="COLUMN=HEADING", help=f"of {', '.join(COLUMNS)}"
    )
    save.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER", help="who says so")
    show = verbs.add_parser("show", help="the mapping of a name")
    show.add_argument("name", metavar="NAME")
    verbs.add_parser("list", help="every mapping there is")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Carry the verb out; 1 while a suggestion lacks a column that is needed."""
    del config
    school = lookup.the_school()
    match args.verb:
        case "suggest":
            found = _suggested(args.file)
            _show(found)
            missing = [ours for ours in NEEDED if ours not in found]
            if missing:
                say(f"no heading seems to mean {', '.join(missing)}; name it with --set")
            return 1 if missing else 0
        case "save":
            columns = (_suggested(args.file) if args.file else {}) | dict(map(_named, args.set))
            row = column_mappings.save(args.name, columns, lookup.staff(args.by), now())
            say(f"kept as {row.name}: {len(row.columns)} columns")
        case "show":
            _show(column_mappings.the_mapping(school, args.name))
        case _:
            for row in column_mappings.mappings(school):
                say(f"{row.name}  {len(row.columns)} columns, {row.at:%Y-%m-%d} by {row.by}")
    return 0


def _suggested(path: Path) -> dict[str, str]:
    file, problems = open_file(path), list[Problem]()
    sheet = column_mapping.sheet(file.name, file.data, problems)
    refuse(f"{file.name} cannot be read:", problems)
    return column_mapping.suggested(sheet.headings)


def _named(text: str) -> tuple[str, str]:
    ours, is_said, heading = text.partition("=")
    if not is_said:
        msg = f"{text!r} names no heading; write COLUMN=HEADING"
        raise CentralError(msg)
    return ours.strip(), heading.strip()


def _show(columns: dict[str, str]) -> None:
    for ours, heading in columns.items():
        say(f"{ours:15} {heading}")
