"""The command `trace`: follow a student's day from its records down to the signed bytes."""

import argparse
from datetime import date

from central.commands import Now, say
from central.config import CentralConfig
from central.reports import render_trail
from central.reports.audit_trail import trace
from central.store import lookup
from central.store.evidence import Evidence

HELP = "follow a student's day from its records down to the taps, and verify them"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask whose day."""
    parser.add_argument("--student", required=True, metavar="NUMBER")
    parser.add_argument("--on", required=True, type=date.fromisoformat, metavar="DATE")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print the trail; 1 when there is no record or a tap is not proven."""
    del now
    trail = trace(lookup.student(args.student), args.on, Evidence(config.evidence_at))
    for line in render_trail.render(trail).splitlines():
        say(line)
    return 0 if trail.is_proven else 1
