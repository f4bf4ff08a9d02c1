"""The verbs of `j13a` that write papers: days to ask for, data sheets, what a request does to a period."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

from central.commands import a_date, say
from central.commands.recovery.asking import Verbs
from central.domain.closure import RequestKind
from central.domain.period import PERIODS, PeriodKind
from central.errors import CentralError
from central.reports import j13a_prefill, j13a_sheets, request_effect
from central.reports.board_papers import FORMS
from central.reports.j13a_prefill import Asked
from central.reports.j13a_sheets import Wanted
from central.reports.request_effect import Effect
from central.reports.rounding import half_up
from central.store.models import SchoolYear
from central.work.local_days import local_date

VERBS: Final = frozenset({"prefill", "sheets", "effect"})


def add_verbs(verbs: Verbs) -> None:
    """Add the verbs."""
    filling = verbs.add_parser("prefill", help="print the days to ask for, as the records know them")
    filling.add_argument("--year", required=True, metavar="YYYY-YY")
    filling.add_argument("--kind", required=True, choices=[kind.value for kind in RequestKind])
    filling.add_argument("--since", required=True, type=a_date, metavar="DATE")
    filling.add_argument("--until", required=True, type=a_date, metavar="DATE")
    filling.add_argument("--declared", action="store_true", help="the Governor declared an emergency")
    writing = verbs.add_parser("sheets", help="write the data sheets of a request")
    writing.add_argument("code", metavar="CODE")
    writing.add_argument("--year", required=True, metavar="YYYY-YY")
    writing.add_argument("--format", choices=FORMS, default="pdf")
    writing.add_argument("--out", required=True, type=Path, metavar="FILE")
    _ask_period(writing, is_needed=False)
    showing = verbs.add_parser("effect", help="show what a request does to a period in each case")
    showing.add_argument("code", metavar="CODE")
    showing.add_argument("--year", required=True, metavar="YYYY-YY")
    _ask_period(showing, is_needed=True)


def run(args: argparse.Namespace, year: SchoolYear, now: datetime) -> int:
    """Print or write what is asked for."""
    if args.verb == "prefill":
        asked = Asked(RequestKind(args.kind), args.since, args.until, args.declared)
        sys.stdout.write(j13a_prefill.as_csv(asked.kind, j13a_prefill.days(year, asked)))
        return 0
    if args.verb == "effect":
        _tell(_effect(args, year, now))
        return 0
    effect = _effect(args, year, now) if args.period else None
    made = j13a_sheets.papers(Wanted(year, args.code, effect), now).written(args.format)
    try:
        args.out.write_bytes(made)
    except OSError as error:
        msg = f"{args.out} cannot be written ({error.strerror}); name a file in a folder that is there"
        raise CentralError(msg) from error
    say(f"{args.out}: {len(made)} bytes")
    return 0


def _ask_period(parser: argparse.ArgumentParser, *, is_needed: bool) -> None:
    parser.add_argument("--period", required=is_needed, choices=sorted(PERIODS), help="its effect on which")
    parser.add_argument("--as-of", type=a_date, metavar="DATE", help="default: today")


def _effect(args: argparse.Namespace, year: SchoolYear, now: datetime) -> Effect:
    kind: PeriodKind = PERIODS[args.period]
    as_of = args.as_of or local_date(year.school, now)
    return request_effect.effect(year, args.code, kind, as_of, now)


def _tell(found: Effect) -> None:
    report = found.report
    state = f"request {found.request.request} is {found.request.state}"
    say(f"{state}; {report.kind} of {report.year} as of {report.as_of}")
    for row in found.rows:
        beside = ""
        if row.credited_attendance:
            credited = half_up(row.credited_attendance)
            beside = f"; {credited} days of attendance credited beside it: {row.ada_with_credit}"
        say(f"  track {row.track} {row.case}: {row.pupil_days}/{row.divisor} = {row.ada}{beside}")
        say(
            f"      {row.days_taught} days taught, {row.credited_days} days and "
            f"{row.credited_minutes} minutes credited"
        )
    lines = sum(found.pupil_days(track) for track in sorted({row.track for row in found.rows}))
    say(f"only the first case may be certified; proof: {lines} pupil-days, SHA-256 {report.digest}")
