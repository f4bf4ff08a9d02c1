"""The command `publish`: bring the stations' rosters, their settings and the keyring up to date."""

import argparse

from central.commands import Now, say
from central.config import CentralConfig
from central.work.publish import publish

HELP = "bring the stations' rosters, their settings and the keyring up to date (serve does it by itself)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""
    del parser


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Publish, and say how much is new."""
    del args
    published = publish(config, now())
    rosters = f"{published.renewed} of {published.stations} station rosters are new"
    say(f"{rosters}, and {published.configured} of what stations are set to")
    return 0
