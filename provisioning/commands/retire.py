"""The command `retire`: take a station out of use."""

import argparse

from provisioning import office
from provisioning.commands import say

HELP = "take a station out of use and revoke its key"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    parser.add_argument("station", help="the station's name")
    parser.add_argument("--reason", required=True, help="why it goes out of use")
    parser.add_argument("--keep-key", action="store_true", help="let taps it still holds come in")
    office.arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Have central do it."""
    wish = {"reason": options.reason, "keep_key": options.keep_key}
    office.signed_in(options).change(f"/stations/{options.station}/retirement", wish)
    key = "its key is still good for what it holds" if options.keep_key else "its key is revoked"
    say(f"{options.station} is out of use; {key}")
    return 0
