"""The command `rollbook-provision`: check a room list, build one room's bundle, verify a bundle."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from provisioning import bundle, inventory, release, verify
from provisioning.errors import ProvisioningError

_DONE, _FINDINGS, _USAGE = 0, 1, 64
_PROGRAM = "rollbook-provision"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 problems found, 64 usage, 78 configuration."""
    options = _parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except ProvisioningError as error:
        for line in error.lines:
            print(f"{_PROGRAM}: {line}", file=sys.stderr)
        return error.exit_code


def _check(options: argparse.Namespace) -> int:
    rooms = inventory.read(options.rooms)
    for line in rooms.complaints:
        print(f"{_PROGRAM}: {line}", file=sys.stderr)
    if rooms.problems:
        print(f"{len(rooms.rows)} rooms read, {len(rooms.problems)} problems, nothing written")
        return _FINDINGS
    print(f"{len(rooms.rows)} rooms read, all good")
    return _DONE


def _bundle(options: argparse.Namespace) -> int:
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
    print(f"{target}: bundle of station {room.station} for room {room.room}")
    if not wheels:
        print("without --release: the card must already hold Rollbook in /opt/rollbook/current")
    if not keys.school:
        print("without --school-key: put the key in /etc/rollbook/school.key (mode 0600) on the station")
    return _DONE


def _verify(options: argparse.Namespace) -> int:
    examination = verify.examine(options.bundle, _tool_path())
    for line in examination.findings:
        print(f"{_PROGRAM}: {line}", file=sys.stderr)
    for line in examination.skipped:
        print(line)
    state = f"{len(examination.findings)} problems" if examination.findings else "good"
    print(f"bundle of station {examination.station}: {state}")
    return _FINDINGS if examination.findings else _DONE


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line and whose exit code is ours."""

    def error(self, message: str) -> NoReturn:
        """Say what was not understood and where to read more."""
        self.exit(_USAGE, f"{_PROGRAM}: {message}; see {self.prog} --help\n")


def _tool_path() -> str:
    # Debian keeps netplan in a folder that is not on an ordinary user's PATH.
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


_COMMANDS = {"check": _check, "bundle": _bundle, "verify": _verify}


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=_PROGRAM, description="Turn a list of rooms into boot bundles for their stations.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command ...")
    rooms = "the room list, rooms.csv or rooms.toml"

    check = commands.add_parser("check", help="report every problem in a room list; write nothing")
    check.add_argument("rooms", type=Path, help=rooms)

    build = commands.add_parser("bundle", help="build the boot bundle of one room")
    build.add_argument("rooms", type=Path, help=rooms)
    build.add_argument("room", help="the room, or its station")
    build.add_argument(
        "--out", type=Path, required=True, help="folder that gets a folder named by the station"
    )
    build.add_argument("--server-key", type=Path, required=True, help="server-ack.pub of the central server")
    build.add_argument(
        "--config-key", type=Path, required=True, help="server-config.pub of the central server"
    )
    build.add_argument("--school-key", type=Path, help="the school's token key, mode 0600, to go on the card")
    build.add_argument("--key-id", default="k1", help="name of the school's token key (default: k1)")
    build.add_argument("--release", type=Path, help="folder of wheels to install from, for aarch64")

    examine = commands.add_parser("verify", help="check a bundle that was written earlier")
    examine.add_argument("bundle", type=Path, help="the bundle's folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
