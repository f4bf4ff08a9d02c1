"""The command `plan`: every problem of a room list at once, and nothing written."""

import argparse

from provisioning import inventory
from provisioning.commands import ask_rooms, complain, say

HELP = "report every problem in a room list; write nothing"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    ask_rooms(parser)


def run(options: argparse.Namespace) -> int:
    """Print a line for each problem; 0 when there is none, else 1."""
    rooms = inventory.read(options.rooms)
    for line in rooms.complaints:
        complain(line)
    if rooms.problems:
        say(f"{len(rooms.rows)} rooms read, {len(rooms.problems)} problems, nothing written")
        return 1
    say(f"{len(rooms.rows)} rooms read, all good")
    return 0
