"""The commands of `rollbook-provision`, one a module: `HELP`, `arguments(parser)`, `run(options) -> int`."""

import argparse
import sys
from pathlib import Path

PROGRAM = "rollbook-provision"


def ask_rooms(parser: argparse.ArgumentParser) -> None:
    """Ask for the room list."""
    parser.add_argument("rooms", type=Path, help="the room list, rooms.csv or rooms.toml")


def ask_stations(parser: argparse.ArgumentParser) -> None:
    """Ask for the room list, and for some of its stations where not all are meant."""
    ask_rooms(parser)
    parser.add_argument(
        "station", nargs="*", help="a station or its room; all of the list when none is named"
    )


def say(line: str) -> None:
    """Print one line to the person who asked."""
    sys.stdout.write(f"{line}\n")


def complain(line: str) -> None:
    """Print one line of what must be put right."""
    sys.stderr.write(f"{PROGRAM}: {line}\n")
