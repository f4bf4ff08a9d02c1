"""The command `commission`: bring a station into use."""

import argparse
from pathlib import Path

from central.commands import Now, author, say
from central.config import CentralConfig
from central.errors import CentralError
from central.work.commission import Commission, commission
from central.work.publish import publish

HELP = "bring a station into use: its room, and the public key born on it"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the station, its room and its key."""
    parser.add_argument("station", metavar="STATION", help="like st-r101")
    parser.add_argument("--room", required=True, metavar="NAME", help="as the roster writes it")
    key = parser.add_mutually_exclusive_group(required=True)
    key.add_argument("--key", metavar="HEX", help="64 hexadecimal digits, printed by rollbook-sync keygen")
    key.add_argument("--key-file", type=Path, metavar="FILE", help="a file that holds them")
    parser.add_argument("--new-room", action="store_true", help="the room is on no roster yet")
    parser.add_argument("--replace-key", action="store_true", help="revoke the key the station had before")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Record the station and publish its roster and the keyring."""
    wish = Commission(
        station=args.station,
        room=args.room,
        public_key=args.key or _read(args.key_file),
        may_make_room=args.new_room,
        replaces_key=args.replace_key,
    )
    kid = commission(wish, now(), author())
    publish(config, now())
    say(f"{args.station} is in use in {args.room} with the key {kid}")
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read as a public key ({error}); give the .pub file keygen wrote"
        raise CentralError(msg) from error
