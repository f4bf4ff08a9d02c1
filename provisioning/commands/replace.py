"""The command `replace`: ask central for the token of a new card that takes over from an old one."""

import argparse
from pathlib import Path

from provisioning import enrolment_writing, office
from provisioning.commands import say

HELP = "ask central for the token of a new card that takes over a station"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    parser.add_argument("station", help="the station's name, which stays")
    parser.add_argument("--reason", required=True, help="what became of the old card")
    parser.add_argument("--stolen", action="store_true", help="revoke the old card's key at once")
    parser.add_argument("--out", type=Path, required=True, help="enrolment.json, a new file")
    parser.add_argument("--release-root", type=Path, help="root.json of the releases stations install")
    office.arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the file with the one token in it."""
    enrolment_writing.require_new(options.out)
    wish = {"reason": options.reason, "stolen": options.stolen}
    given = office.signed_in(options).change(f"/stations/{options.station}/replacement", wish)
    enrolment_writing.write(options.out, options.server, given, options.release_root)
    say(f"the token of {options.station} is in {options.out}; bundle and write make the new card from it")
    return 0
