"""The command `enlist`: ask central for a one-time token for each station of a list."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from provisioning import enrolment_writing, inventory, office
from provisioning.commands import ask_rooms, complain, say

HELP = "ask central for the tokens by which new stations enrol"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    ask_rooms(parser)
    parser.add_argument("--out", type=Path, required=True, help="enrolment.json, a new file")
    parser.add_argument("--again", action="store_true", help="make those anew that were not used yet")
    parser.add_argument("--new-rooms", action="store_true", help="rooms may be on no roster yet")
    parser.add_argument("--release-root", type=Path, help="root.json of the releases stations install")
    office.arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the file; 1 where a station of the list got no token."""
    rooms = inventory.read(options.rooms)
    for line in rooms.complaints:
        complain(line)
    if rooms.problems:
        return 1
    enrolment_writing.require_new(options.out)
    wish = {
        "stations": [{"station": row.cells["station"], "room": row.cells["room"]} for row in rooms.rows],
        "again": options.again,
        "new_rooms": options.new_rooms,
    }
    given = office.signed_in(options).change("/enrolments", wish)
    count = enrolment_writing.write(options.out, options.server, given, options.release_root)
    say(f"{count} tokens are in {options.out}; each works once, for its own station")
    left = given["left"]
    for each in left if isinstance(left, list) else []:
        _tell_left(each)
    return 1 if left else 0


def _tell_left(each: Mapping[str, str]) -> None:
    say(f"{each['station']}: no token, {each['why']}")
