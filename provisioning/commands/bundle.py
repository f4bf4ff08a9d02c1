"""The command `bundle`: the boot files of stations, a folder for each."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from provisioning import bundle, enrolment, inventory, release
from provisioning.bundle_folder import BundleFolder
from provisioning.commands import ask_stations, say

HELP = "build the boot bundles of all stations, or of some"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    ask_stations(parser)
    parser.add_argument("--enrolment", type=Path, required=True, help="enrolment.json, as enlist wrote it")
    parser.add_argument(
        "--school-key", type=Path, help="the school's token key, mode 0600, to go on the cards"
    )
    parser.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="who signed central's certificate",
    )
    parser.add_argument("--release", type=Path, help="folder of releases, or of wheels, to install from")
    parser.add_argument("--out", type=Path, required=True, help="folder that gets a folder for each station")
    parser.add_argument(
        "--no-token", action="store_true", help="make cards whose keys a person carries to central"
    )


def run(options: argparse.Namespace) -> int:
    """Write every bundle asked for, each whole or not at all; what is wrong with any stops them all."""
    rooms = inventory.read(options.rooms).rooms(options.station)
    known = enrolment.read(options.enrolment)
    key = bundle.school_key(options.school_key) if options.school_key else None
    authority = bundle.server_ca(options.ca_file) if options.ca_file else None
    shared = bundle.common(known, key, release.read(options.release) if options.release else None, authority)
    stations = [] if options.no_token else [each.station for each in rooms]
    tokens = known.tokens_for(stations, datetime.now(UTC))
    made = {each.station: bundle.compose(each, tokens.get(each.station), shared) for each in rooms}
    folder = BundleFolder(options.out)
    there = [station for station, files in made.items() if folder.holds(station, files)]
    for station, files in made.items():
        if station not in there:
            folder.write(station, files)
    say(f"{options.out}: {len(made) - len(there)} bundles written, {len(there)} were there already")
    if not options.release:
        say("without --release: the cards must already hold Rollbook in /opt/rollbook/current")
    if not options.school_key:
        say("without --school-key: put the key in /etc/rollbook/school.key (mode 0600) on each station")
    return 0
