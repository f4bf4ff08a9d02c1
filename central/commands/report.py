"""The command `report`: the periods, the month, recovery, minutes and absence, each with its proof."""

import argparse
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.domain.finding import Severity
from central.errors import CentralError
from central.reports.kinds import FORMS, kinds
from central.reports.period import PeriodReport
from central.reports.snapshots import close
from central.store import lookup

HELP = "compute P-1, P-2, Annual or another report, with the proof of every number"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the kind, the year, the day as of which, and the form."""
    parser.add_argument("kind", choices=list(kinds()))
    parser.add_argument("--year", required=True, metavar="YYYY-YY", help="like 2024-25")
    parser.add_argument(
        "--as-of", type=a_date, metavar="DATE", help="count what was certified by its end; today"
    )
    parser.add_argument("--format", choices=FORMS, default="text")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write report and proof sheet there")
    parser.add_argument("--close", action="store_true", help="freeze it as the period's next revision")
    parser.add_argument("--as", dest="by", metavar="STAFF_NUMBER", help="who closes it")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print or write the report; 1 when its findings ask for somebody's attention."""
    del config
    if args.close and not args.by:
        msg = "--close needs --as STAFF_NUMBER: a closed report bears somebody's name"
        raise CentralError(msg)
    kind = kinds()[args.kind]
    year = lookup.school_year(args.year)
    at = now()
    as_of: date = args.as_of or at.astimezone(ZoneInfo(year.school.time_zone)).date()
    report = kind.make(year, as_of, at)
    texts = kind.write(report, args.format)
    if args.out:
        practice = "PRACTICE_" if year.school.is_practice else ""
        _write(texts, f"{practice}{kind.name}_{year.name}_as-of_{as_of}", args.out)
    else:
        for line in next(iter(texts.values())).splitlines():
            say(line)
    if args.close:
        if not isinstance(report, PeriodReport):
            msg = f"only P-1, P-2 and Annual are closed; {args.kind} is made anew each time"
            raise CentralError(msg)
        frozen = close(report, year, lookup.staff(args.by), at)
        say(f"closed {report.kind} {report.year} as revision {frozen.revision}: {report.total} ADA")
    is_quiet = all(found.severity is Severity.NOTICE for found in report.findings)
    return 0 if is_quiet else 1


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
