"""The command `report`: the periods, the month, recovery, minutes and absence, each with its proof."""

import argparse
import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.domain.finding import Severity
from central.domain.period import Edition
from central.errors import CentralError
from central.reports import render_editions, render_what_if
from central.reports.closing import close_any
from central.reports.editions import editions
from central.reports.kinds import FORMS, Kind, kinds
from central.reports.snapshots import Filing
from central.reports.what_if import Supposition
from central.reports.what_if_report import what_if
from central.store import lookup
from central.store.models import SchoolYear

HELP = "compute P-1, P-2, Annual or another report, with the proof of every number"
_SUFFIX = {"text": "txt", "json": "json", "csv": "csv"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the kind, the year, the day as of which, and the form."""
    parser.add_argument("kind", choices=list(kinds()))
    parser.add_argument("--year", required=True, metavar="YYYY-YY", help="like 2024-25")
    parser.add_argument(
        "--as-of", type=a_date, metavar="DATE", help="count what was certified by its end; today"
    )
    parser.add_argument("--format", choices=FORMS, default="text")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write report and proof sheet there")
    parser.add_argument("--close", action="store_true", help="freeze it beside those closed before")
    parser.add_argument("--as", dest="by", metavar="STAFF_NUMBER", help="who closes it")
    named = [edition.value for edition in Edition]
    parser.add_argument("--edition", choices=named, help="as what; the first is original, later ones revised")
    parser.add_argument("--reason", default="", help="why it differs from the one closed before")
    parser.add_argument(
        "--audited-on", type=a_date, metavar="DATE", help="when the year's audit was completed"
    )
    parser.add_argument("--editions", action="store_true", help="show the closed ones side by side instead")
    parser.add_argument(
        "--what-if",
        action="append",
        metavar="KEY=VALUE",
        help="suppose something; KEY=VALUE that is not understood lists what can be supposed",
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print or write the report; 1 when its findings ask for somebody's attention."""
    del config
    _require_together(args)
    kind = kinds()[args.kind]
    year = lookup.school_year(args.year)
    at = now()
    as_of: date = args.as_of or at.astimezone(ZoneInfo(year.school.time_zone)).date()
    if args.editions:
        _tell(args, (kind, year, as_of), _editions(kind, year, args.format))
        return 0
    if args.what_if:
        _tell(args, (kind, year, as_of), _supposed(kind, year, as_of, (at, args)))
        return 0
    report = kind.make(year, as_of, at)
    _tell(args, (kind, year, as_of), kind.write(report, args.format))
    if args.close:
        filing = Filing(args.edition and Edition(args.edition), args.reason, args.audited_on)
        say(close_any(report, year, lookup.staff(args.by), at, filing))
    is_quiet = all(found.severity is Severity.NOTICE for found in report.findings)
    return 0 if is_quiet else 1


def _require_together(args: argparse.Namespace) -> None:
    """Refuse options that do not belong together."""
    if args.close and not args.by:
        msg = "--close needs --as STAFF_NUMBER: a closed report bears somebody's name"
        raise CentralError(msg)
    if args.close and (args.what_if or args.editions):
        msg = "a supposition cannot be closed; leave out --close, or --what-if and --editions"
        raise CentralError(msg)
    if not args.close and (args.edition or args.reason or args.audited_on):
        msg = "--edition, --reason and --audited-on say how a report is closed; add --close"
        raise CentralError(msg)


def _editions(kind: Kind, year: SchoolYear, form: str) -> dict[str, str]:
    if kind.period is None:
        msg = f"editions are kept of P-1, P-2 and Annual, not of {kind.word}"
        raise CentralError(msg)
    title = (kind.name, year.name)
    text = render_editions.render(title, editions(year, kind.period), form)
    return {f"_editions.{_SUFFIX[form]}": text}


def _supposed(
    kind: Kind, year: SchoolYear, as_of: date, how: tuple[datetime, argparse.Namespace]
) -> dict[str, str]:
    if kind.period is None:
        msg = f"something can be supposed of P-1, P-2 and Annual, not of {kind.word}"
        raise CentralError(msg)
    at, args = how
    found = what_if(year, kind.period, as_of, at, Supposition.of(args.what_if))
    return render_what_if.render(found, args.format)


def _tell(args: argparse.Namespace, what: tuple[Kind, SchoolYear, date], texts: Mapping[str, str]) -> None:
    """Write the texts into the folder asked for, or print the first."""
    kind, year, as_of = what
    if args.out:
        practice = "PRACTICE_" if year.school.is_practice else ""
        _write(texts, f"{practice}{kind.name}_{year.name}_as-of_{as_of}", args.out)
        return
    for line in next(iter(texts.values())).splitlines():
        say(line)


def _write(texts: Mapping[str, str], name: str, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix, text in texts.items():
            _replace(folder / f"{name}{suffix}", text)
            say(f"wrote {folder / f'{name}{suffix}'}")
    except OSError as error:
        msg = f"{folder} cannot be written to ({error.strerror}); name another folder with --out"
        raise CentralError(msg) from error


def _replace(target: Path, text: str) -> None:
    """Write a file whole: a reader finds the old one or the new one."""
    part = target.with_name(f".{target.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    part.replace(target)
