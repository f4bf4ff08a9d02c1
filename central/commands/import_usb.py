"""The command `import-usb`: take in what stations wrote on a stick, and leave receipts for them there."""

import argparse
import time
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.serving.intake_door import door
from central.serving.stick import bring, files
from central.store.evidence import Evidence

HELP = "take in what stations wrote on a stick, and leave receipts for them there"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask where the files are."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="the stick's folder, or files")
    parser.add_argument(
        "--station-port",
        type=int,
        metavar="N",
        help="where the running server hears stations, if not as configured",
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Bring the files and say what came of them; 0, or 1 with findings."""
    found = files(args.paths)
    before = _held(config)
    ports = [args.station_port] if args.station_port else [config.station_port, config.port]
    with door(config, now, ports) as hand:
        brought = bring(found, hand, time.sleep)
    after = _held(config)
    for (station, epoch), seq in sorted(after.items()):
        had = before.get((station, epoch), 0)
        if seq > had:
            say(f"{station} epoch {epoch}: entries {had + 1} to {seq} came in")
    if after == before:
        say("nothing new came in: central holds all of it already, or took none of it")
    say(f"{brought.taken} of {len(found)} files are acknowledged, with a receipt beside each")
    for finding in brought.findings:
        say(f"finding   {finding}")
    return 1 if brought.findings else 0


def _held(config: CentralConfig) -> dict[tuple[str, int], int]:
    return {(station, epoch): seq for station, epoch, seq in Evidence(config.evidence_at).journals()}
