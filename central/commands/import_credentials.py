"""The command `import-credentials`: take in which card or phone is whose."""

import argparse
from pathlib import Path

from central.commands import Now, author, say, tell
from central.config import CentralConfig
from central.exchange.named_file import open_file
from central.work import keys
from central.work.credentials import import_credentials
from central.work.publish import publish

HELP = "take in cards and phones handed out; their numbers are hashed at once and kept nowhere"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the file."""
    columns = "studentNumber or staffNumber, kind (uid, idm, em, sc1), value (hex), since, until"
    parser.add_argument("file", type=Path, metavar="FILE.csv", help=columns)


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Take the credentials in and publish the stations' rosters."""
    tell(import_credentials(open_file(args.file), keys.school_key(config.keys), now(), author()))
    published = publish(config, now())
    say(f"{published.renewed} of {published.stations} station rosters are new")
    return 0
