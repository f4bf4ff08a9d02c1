"""The command `check`: everything a phone call with IT needs, on one screen."""

import argparse
from importlib import metadata

from central.commands import Now, say
from central.config import CentralConfig

HELP = "show configuration, versions, databases, keys and backlog on one screen"


def arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""
    del parser


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print the state of this central; 0 when all is well, 1 with findings, 78 when it cannot work."""
    del args
    say(f"rollbook {_version()} at {now():%Y-%m-%d %H:%M:%SZ}, data {config.data}")
    return 0


def _version() -> str:
    try:
        return metadata.version("rollbook")
    except metadata.PackageNotFoundError:
        return "(not installed, run from its folder)"
