"""The command `write`: a bundle onto the boot partition of a card."""

import argparse
from pathlib import Path

from provisioning import card
from provisioning.commands import say

HELP = "put a bundle on a card, and read it back"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    parser.add_argument("bundle", type=Path, help="the bundle's folder")
    parser.add_argument("bootfs", type=Path, help="where the card's small partition, bootfs, is mounted")


def run(options: argparse.Namespace) -> int:
    """Write the card; 0 when every byte of it was read back as it should be."""
    station = card.write(options.bundle, options.bootfs)
    say(f"{options.bootfs}: the card of station {station}, every byte read back; eject it before you pull it")
    return 0
