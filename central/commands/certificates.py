"""The command `certificates`: make what is due, and show how each station's days stand."""

import argparse
from pathlib import Path

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.store.countersigned import countersigned
from central.store.models import Station
from central.work.audit_folder import write_folder
from central.work.certificates import certify_days, newest

HELP = "certify the days that are over, and show which are closed, open, and signed by their stations"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask which days to show, and whether to write them out."""
    parser.add_argument("--day", type=a_date, metavar="DATE", help="this day alone")
    parser.add_argument("--station", metavar="CODE", help="this station alone")
    parser.add_argument(
        "--export", type=Path, metavar="DIR", help="write all that is signed, and the keys, for an auditor"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Certify and list; 0 where every day shown is closed and signed, 1 otherwise."""
    made = certify_days(config, now())
    say(f"{made.stations} revisions for stations and {made.school} for the school are new")
    stations = Station.objects.order_by("code")
    left = 0
    for station in stations.filter(code=args.station) if args.station else stations:
        done = countersigned(config.evidence_at, station.code)
        for on, kept in newest(station.code).items():
            if args.day is not None and on != args.day:
                continue
            is_signed = (on.isoformat(), kept.signed.sha256) in done
            left += not is_signed or bool(kept.certificate.why)
            signed = "signed by the station" if is_signed else "not signed by the station"
            told = f"{kept.certificate.state:6} {kept.certificate.entries:6} entries"
            say(f"{station.code:12} {on} {told}, {kept.certificate.told.taps:4} taps, {signed}")
            for why in kept.certificate.why:
                say(f"{'':12} because {why}")
    if args.export is not None:
        say(f"wrote {write_folder(config, args.export, args.station, args.day)} files into {args.export}")
    return 1 if left else 0
