"""The command `release`: keys, and folders of releases that stations prove before they install from them."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from provisioning import release_check, release_folder, release_keys, release_proof
from provisioning.commands import complain, say
from provisioning.release_check import BOARDS

HELP = "check, build and sign releases stations install from"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this command is told."""
    parts = parser.add_subparsers(dest="part", required=True, metavar="keys|check|build|renew|verify")
    keys = parts.add_parser("keys", help="make the keys releases are signed with")
    keys.add_argument("folder", type=Path, help="gets root.key (for a safe), release.key and root.json")
    keys.add_argument(
        "--replace-release-key",
        action="store_true",
        help="make another release.key; the one before is trusted no more (needs root.key in the folder)",
    )
    for name, text in (("check", "look at a folder of wheels"), ("build", "check, sign, add to a folder")):
        part = parts.add_parser(name, help=text)
        part.add_argument("wheels", type=Path, help="folder of wheels")
        part.add_argument("--lock", type=Path, required=True, help="folder of the lock files, py311.txt ...")
        part.add_argument(
            "--board",
            action="append",
            metavar="NAME",
            help=f"a board it is for, as often as needed (default: {' '.join(BOARDS)})",
        )
        if name == "build":
            _add_signing(part)
    renew = parts.add_parser("renew", help="sign a folder of releases anew, before its time is over")
    _add_signing(renew)
    verify = parts.add_parser("verify", help="prove a folder of releases, and say what is in it")
    verify.add_argument("folder", type=Path, help="folder of signed releases")


def run(options: argparse.Namespace) -> int:
    """Carry out one part: 0 done, 1 something is wrong with the wheels; raises ProvisioningError."""
    now = datetime.now(UTC)
    match options.part:
        case "keys":
            return _keys(options, now)
        case "check" | "build":
            return _build(options, now)
        case "renew":
            release_folder.renew(options.out, options.keys, now, options.days)
            say(f"{options.out}: signed anew, good for {options.days} days")
        case "verify":
            proven = release_proof.newest(options.folder, now)
            say(f"{options.folder}: releases {' '.join(release_folder.listed(options.folder))}")
            say(f"newest {proven.version}, {len(proven.wheels)} wheels, all as they were signed")
    return 0


def _keys(options: argparse.Namespace, now: datetime) -> int:
    make = release_keys.replace_release_key if options.replace_release_key else release_keys.make
    file = make(options.folder, now)
    say(f"{file}: what stations trust; it may be known to everybody")
    say(f"{options.folder / release_keys.RELEASE_KEY}: signs releases; stays on this machine")
    say(f"{options.folder / release_keys.ROOT_KEY}: move it to a USB stick in a safe, and keep a second copy")
    return 0


def _build(options: argparse.Namespace, now: datetime) -> int:
    checked = release_check.check(options.wheels, options.lock, options.board or BOARDS)
    for line in checked.notes:
        say(line)
    for line in checked.problems:
        complain(line)
    if checked.problems:
        say(f"{len(checked.problems)} problems, nothing signed")
        return 1
    wheels, version = len(checked.parts.wheels), checked.parts.version
    if options.part == "check":
        say(f"release {version}: {wheels} wheels, complete")
        return 0
    release_folder.add(options.out, checked.parts, options.keys, now, options.days)
    say(f"{options.out}: release {version}, {wheels} wheels, signed and good for {options.days} days")
    return 0


def _add_signing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keys", type=Path, required=True, help="folder with release.key and root.json")
    parser.add_argument("--out", type=Path, required=True, help="folder of signed releases")
    parser.add_argument(
        "--days",
        type=_days,
        default=release_folder.LASTS_DAYS,
        help=f"how long it is good for (default {release_folder.LASTS_DAYS})",
    )


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= release_keys.ROOT_LASTS.days:
        msg = f"{text!r} is no number of days from 1 to {release_keys.ROOT_LASTS.days}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)
