"""The command `export`: files for other systems, checked first, kept, and each line given once."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.domain.finding import Finding, Severity
from central.errors import CentralError
from central.reports.exports.kinds import KINDS, Kind, Wanted, ask, make, template_of
from central.reports.exports.oneroster import VERSIONS
from central.store import lookup
from central.store.models import ExportedFile
from central.work import exports
from central.work.tool_rights import Right, Tool, require
from central.work.viewings import Seen, note

HELP = "write files for other systems (Infinite Campus, Aeries, CALPADS, Ed-Fi, OneRoster), checked first"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask which file, of which days, and where it goes."""
    words = parser.add_subparsers(required=True, dest="word", metavar="WHAT")
    for kind in KINDS.values():
        _ask(words.add_parser(kind.word, help=kind.says, description=kind.says), kind)
    words.add_parser("given", help="list the files given so far, newest first")
    again = words.add_parser("again", help="write a file given before once more, byte for byte")
    again.add_argument("number", type=int, metavar="NUMBER", help="as given lists it")
    _ask_who(again)


def _ask(parser: argparse.ArgumentParser, kind: Kind) -> None:
    parser.add_argument("--year", required=True, metavar="YYYY-YY", help="like 2025-26")
    if kind.takes_days:
        parser.add_argument("--since", type=a_date, metavar="DATE", help="the first day; July 1")
        parser.add_argument("--until", type=a_date, metavar="DATE", help="the last day; today")
    parser.add_argument("--as-of", type=a_date, metavar="DATE", help="as known by its end; today")
    if kind.takes_template:
        parser.add_argument(
            "--template", type=Path, metavar="FILE.toml", help="how your district has it; exports/ has others"
        )
    if kind.word == "oneroster":
        parser.add_argument("--version", choices=VERSIONS, default=VERSIONS[0])
    parser.add_argument("--check", action="store_true", help="tell every problem and write nothing")
    _ask_who(parser)


def _ask_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER", help="who gives it out")
    parser.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="where to; here")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Write the files or list what is wrong; 1 where something asks for attention."""
    if args.word == "given":
        return _list()
    if args.word == "again":
        by = lookup.staff(args.by)
        require(by, Tool.EXPORTS, Right.READ)
        row = exports.find(by.school, args.number)
        note(by, Seen(f"exported file {row.kind}"), now())
        _write([row], args.out)
        return 0
    by = lookup.staff(args.by)
    require(by, Tool.EXPORTS, Right.READ)
    at = now()
    given = vars(args)
    wanted = Wanted(given.get("since"), given.get("until"), args.as_of, given.get("version", ""))
    template = given.get("template") or template_of(config.data, args.word)
    made = make(ask(KINDS[args.word], lookup.school_year(args.year), wanted, at, template))
    _tell(made.findings)
    is_quiet = all(found.severity is Severity.NOTICE for found in made.findings)
    if args.check:
        say("nothing stands against it" if is_quiet else f"{len(made.findings)} things to look at")
        return 0 if is_quiet else 1
    kept = exports.give(made, by, at)
    _write(kept, args.out)
    if not kept:
        say("there is nothing to give out; no file was written")
    return 0 if is_quiet else 1


def _tell(findings: Iterable[Finding]) -> None:
    for found in findings:
        on = f" {found.on}" if found.on else ""
        say(f"{found.severity}: {found.subject}{on}: {found.says}; {found.remedy} ({found.citation})")


def _list() -> int:
    for row in exports.given(lookup.the_school()):
        at = f"{row.at:%Y-%m-%d %H:%M} UTC"
        say(f"{row.pk:6}  {row.name}  {row.rows} rows  {at} by {row.by.number}  SHA-256 {row.sha256}")
    return 0


def _write(given: Iterable[ExportedFile], folder: Path) -> None:
    """Write files whole, for their owner's eyes: they are kept in the records, whatever happens here."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for row in given:
            target = folder / row.name
            part = target.with_name(f".{target.name}.part")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(bytes(row.data))
            part.replace(target)
            say(f"wrote {target}: {row.rows} rows (SHA-256 {row.sha256}), kept as number {row.pk}")
    except OSError as error:
        msg = f"{folder} cannot be written to ({error.strerror}); the files are kept: export again NUMBER"
        raise CentralError(msg) from error
