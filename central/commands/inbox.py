"""The command `inbox`: what a section's teacher has to look at before signing."""

import argparse
from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.commands import Now, say
from central.config import CentralConfig
from central.store import lookup
from central.store.models import SessionCertification
from central.work import review

HELP = "show the records of a section's day and who has none"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the session."""
    parser.add_argument("section", metavar="SECTION", help="the section's code")
    parser.add_argument("--on", required=True, type=date.fromisoformat, metavar="DATE")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """List records and needed students by number, never by name; 1 while somebody is needed."""
    del config, now
    section = lookup.section(args.section, args.on)
    zone = ZoneInfo(section.school.time_zone)
    signed = review.certification(section, args.on)
    say(f"{section.title} ({section.code}) on {args.on}: {_state(signed, zone)}")
    for line in review.inbox(section, args.on):
        record = line.record
        came, left = _clock(record.first_in_at, zone), _clock(record.last_out_at, zone)
        notes = [
            *(["tardy"] if record.is_tardy else []),
            *(["left early"] if record.left_early else []),
            *([f"paper says {line.paper_says}"] if line.paper_says else []),
            *([f"{line.late_taps} later taps not counted"] if line.late_taps else []),
            *line.doubts,
        ]
        evidence = f"{line.taps} taps, {line.paper_lines} paper lines"
        say(
            f"  {record.student.number:12} {record.mark:8} {record.stage:12} in {came} out {left}  {evidence}"
            + (f"  ({', '.join(notes)})" if notes else "")
        )
    for tap in review.refuted(section, args.on):
        number = tap.student.number if tap.student else "nobody known"
        say(f"  {number:12} refuted  tap at {_clock(tap.at, zone)}, not counted: {tap.says}")
    needed = review.needed(section, args.on)
    for student in needed:
        say(f"  {student.number:12} needed")
    return 1 if needed else 0


def _state(signed: SessionCertification | None, zone: ZoneInfo) -> str:
    if signed is None:
        return "not certified"
    again = f", revision {signed.revision}" if signed.revision > 1 else ""
    return f"certified by employee {signed.by.number} at {signed.at.astimezone(zone):%Y-%m-%d %H:%M}{again}"


def _clock(instant: datetime | None, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%H:%M:%S}" if instant else "--:--:--"
