"""The command `gaps`: the register of gaps as text, CSV or JSON, and explaining one."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.errors import CentralError
from central.reports.render_csv import table
from central.store import lookup
from central.work import gaps
from central.work.gaps import Gap
from central.work.journal_signs import Sources

HELP = "list where evidence is missing or doubted and how that is explained; explain one gap"
_FIELDS = ["gap", "station", "room", "kind", "from", "to", "missing", "what", "explanation", "by", "at"]
_DAYS = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the days and the station, or for the gap to explain."""
    parser.add_argument("--since", type=a_date, metavar="DATE", help=f"default: the last {_DAYS} days")
    parser.add_argument("--until", type=a_date, metavar="DATE", help="included; default: today")
    parser.add_argument("--station", metavar="STATION")
    parser.add_argument("--format", choices=["text", "csv", "json"], default="text")
    parser.add_argument("--explain", metavar="STATION/GAP", help="the name the list gives it")
    parser.add_argument("--as", dest="by", metavar="STAFF_NUMBER", help="who explains it")
    parser.add_argument("--reason", default="", metavar="TEXT")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """List the gaps, 1 while one of them is not explained; or explain one."""
    school = lookup.the_school()
    sources = Sources.of(config)
    at = now()
    if args.explain:
        if not args.by:
            msg = "an explanation needs --as and --reason; nothing was written"
            raise CentralError(msg)
        kept = gaps.explain(
            gaps.find(school, args.explain, sources, at), lookup.staff(args.by), args.reason, at
        )
        say(f"{args.explain} is explained by employee {kept.by.number}")
        return 0
    zone = ZoneInfo(school.time_zone)
    until = args.until or at.astimezone(zone).date()
    since = args.since or until - timedelta(_DAYS - 1)
    if since > until:
        msg = f"{since} is after {until}; exchange --since and --until"
        raise CentralError(msg)
    station = lookup.station(args.station) if args.station else None
    found = gaps.register(school, since, until, sources, at, station)
    _print(found, args.format, zone)
    return 1 if any(gap.explanation is None for gap in found) else 0


def _print(found: Sequence[Gap], form: str, zone: ZoneInfo) -> None:
    rows = [_row(gap, zone) for gap in found]
    if form == "json":
        say(json.dumps(rows, indent=2, ensure_ascii=False))
    elif form == "csv":
        sys.stdout.write(
            table([_FIELDS, *(["" if cell is None else cell for cell in row.values()] for row in rows)])
        )
    else:
        for row in rows:
            when = f"{row['from'] or 'unknown'} to {row['to'] or 'now'}"
            say(f"{row['gap']}  {row['room']}  {when}: {row['what']}")
            if row["explanation"]:
                say(f"    explained by employee {row['by']} on {row['at']}: {row['explanation']}")
        bare = sum(gap.explanation is None for gap in found)
        say(f"{len(found)} {'gap' if len(found) == 1 else 'gaps'}, {bare} without an explanation")


def _row(gap: Gap, zone: ZoneInfo) -> dict[str, str | int | None]:
    said = gap.explanation
    return {
        "gap": gap.full_name,
        "station": gap.station.pk,
        "room": gap.station.room.name,
        "kind": gap.kind,
        "from": _clock(gap.from_at, zone),
        "to": _clock(gap.to_at, zone),
        "missing": gap.missing,
        "what": str(gap),
        "explanation": said.reason if said else "",
        "by": said.by.number if said else "",
        "at": _clock(said.at, zone) if said else "",
    }


def _clock(instant: datetime | None, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M:%S}" if instant else ""
