"""The command `bundle`: the boot files of one room's station, in a folder."""

import argparse
from pathlib import Path

from provisioning import bundle, inventory, release
from provisioning.commands import say

HELP = "build the boot bundle of one room"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    parser.add_argument("rooms", type=Path, help="the room list, rooms.csv or rooms.toml")
    parser.add_argument("room", help="the room, or its station")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder that gets a folder named by the station"
    )
    parser.add_argument("--server-key", type=Path, required=True, help="server-ack.pub of the central server")
    parser.add_argument(
        "--config-key", type=Path, required=True, help="server-config.pub of the central server"
    )
    parser.add_argument(
        "--school-key", type=Path, help="the school's token key, mode 0600, to go on the card"
    )
    parser.add_argument("--key-id", default="k1", help="name of the school's token key (default: k1)")
    parser.add_argument("--release", type=Path, help="folder of wheels to install from, for aarch64")


def run(options: argparse.Namespace) -> int:
    """Write the bundle, whole or not at all."""
    room = inventory.read(options.rooms).room(options.room)
    keys = bundle.Keys(
        server_ack=bundle.public_key(options.server_key),
        server_config=bundle.public_key(options.config_key),
        school_id=options.key_id,
        school=bundle.school_key(options.school_key) if options.school_key else None,
    )
    wheels = release.read(options.release) if options.release else None
    target = options.out / room.station
    bundle.write(bundle.compose(room, keys, wheels), target)
    say(f"{target}: bundle of station {room.station} for room {room.room}")
    if not wheels:
        say("without --release: the card must already hold Rollbook in /opt/rollbook/current")
    if not keys.school:
        say("without --school-key: put the key in /etc/rollbook/school.key (mode 0600) on the station")
    return 0
