"""The command `release`: the signed releases central offers its stations."""

import argparse
from pathlib import Path

from central.commands import Now, author, say
from central.config import CentralConfig
from central.work import release_shelf

HELP = "add or list the signed releases central offers its stations"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for a folder to add, or to list."""
    parts = parser.add_subparsers(dest="part", required=True, metavar="add|list")
    add = parts.add_parser("add", help="take over a folder of signed releases")
    add.add_argument("folder", type=Path, help="as `rollbook-provision release build` makes it")
    parts.add_parser("list", help="say which releases are offered")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Add or list."""
    if args.part == "add":
        versions = release_shelf.add(config.data, args.folder, now(), author())
        say(f"releases {' '.join(versions)} are offered; no station takes one before `rollout begin`")
        return 0
    for version in release_shelf.listed(config.data) or ["none: add a folder with `release add`"]:
        say(version)
    return 0
