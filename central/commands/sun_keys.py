"""The command `sun-keys`: keep the keys of the school's NTAG 424 tags."""

import argparse
from pathlib import Path

from central.commands import Now, author, say
from central.config import CentralConfig
from central.proof import SunKeys
from central.work import keys
from central.work.tag_keys import keep_tag_keys

HELP = "keep the keys of the school's NTAG 424 tags, so that what they prove can be verified"
_MOST_BYTES = 24


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the keys; they are read from files and printed nowhere."""
    key = "32 hexadecimal characters, mode 0600"
    parser.add_argument("--meta", required=True, type=Path, metavar="FILE", help=f"SDM meta read key: {key}")
    parser.add_argument("--file", required=True, type=Path, metavar="FILE", help=f"SDM file read key: {key}")
    parser.add_argument(
        "--diversified",
        nargs="?",
        const=b"",
        type=_after_uid,
        metavar="HEX",
        help="each tag has its own file key, by AN10922 over its UID and these bytes",
    )
    parser.add_argument("--replace", action="store_true", help="in place of the keys kept before")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Keep the keys and judge anew what tags have left."""
    tags = SunKeys(keys.tag_key(args.meta), keys.tag_key(args.file), args.diversified)
    changed = keep_tag_keys(config.keys, tags, now(), author(), replaces=args.replace)
    if changed is None:
        say("nothing changed: these keys are kept already")
        return 0
    say(f"the keys are kept; {changed} taps are judged otherwise. Run resolve, or leave it to serve")
    return 0


def _after_uid(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        msg = f"{text!r} is not hexadecimal"
        raise argparse.ArgumentTypeError(msg) from error
    if len(found) > _MOST_BYTES:
        msg = f"at most {_MOST_BYTES} bytes can follow the UID"
        raise argparse.ArgumentTypeError(msg)
    return found
