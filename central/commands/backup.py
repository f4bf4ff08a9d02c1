"""The command `backup`: copy both databases and the public keys, checked, while central runs."""

import argparse
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.work.backup import back_up

HELP = "copy both databases and the public keys, checked, while central runs"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask where to."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="a folder for backups; each gets its own inside"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Make one backup and name it."""
    made = back_up(config, args.folder, now())
    size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    say(f"made {made} ({size // 1024} KiB), databases checked")
    say(f"secret keys are not in it: keep {config.keys} on paper or in a safe as well")
    return 0
