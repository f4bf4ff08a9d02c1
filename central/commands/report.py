"""The command `report`: P-1, P-2 and Annual with their proof."""

import argparse
import os
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from central.commands import Now, say
from central.config import CentralConfig
from central.domain.finding import Severity
from central.errors import CentralError
from central.reports import render_csv, render_json, render_text
from central.reports.period import PeriodReport
from central.reports.periods import KINDS, period_report
from central.reports.snapshots import close
from central.store import lookup

HELP = "compute P-1, P-2 or Annual, with the proof of every number"
_RENDER = {"text": render_text.render, "json": render_json.render, "csv": render_csv.render}
_SUFFIX = {"text": "txt", "json": "json", "csv": "csv"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the period, the day as of which, and the form."""
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--year", required=True, metavar="YYYY-YY", help="like 2024-25")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="DATE", help="count what was certified by its end; today"
    )
    parser.add_argument("--format", choices=sorted(_RENDER), default="text")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write report and proof sheet there")
    parser.add_argument("--close", action="store_true", help="freeze it as the period's next revision")
    parser.add_argument("--as", dest="by", metavar="STAFF_NUMBER", help="who closes it")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print or write the report; 1 when its findings ask for somebody's attention."""
    del config
    if args.close and not args.by:
        msg = "--close needs --as STAFF_NUMBER: a closed report bears somebody's name"
        raise CentralError(msg)
    year = lookup.school_year(args.year)
    at = now()
    as_of = args.as_of or at.astimezone(ZoneInfo(year.school.time_zone)).date()
    report = period_report(year, KINDS[args.kind], as_of, at)
    if args.out:
        _write(report, args.format, args.out)
    else:
        for line in _RENDER[args.format](report).splitlines():
            say(line)
    if args.close:
        frozen = close(report, year, lookup.staff(args.by), at)
        say(f"closed {report.kind} {report.year} as revision {frozen.revision}: {report.total} ADA")
    is_quiet = all(found.severity is Severity.NOTICE for found in report.findings)
    return 0 if is_quiet else 1


def _write(report: PeriodReport, form: str, folder: Path) -> None:
    name = f"{'PRACTICE_' if report.is_practice else ''}{report.kind}_{report.year}_as-of_{report.as_of}"
    files = {
        f"{name}.{_SUFFIX[form]}": _RENDER[form](report),
        f"{name}_proof.csv": render_csv.render_proof(report),
        f"{name}_findings.csv": render_csv.render_findings(report),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            _replace(folder / file, text)
            say(f"wrote {folder / file}")
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
