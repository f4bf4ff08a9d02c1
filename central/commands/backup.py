"""The command `backup`: copy both databases and the public keys, checked, while central runs."""

import argparse
from contextlib import closing
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import UnavailableError
from central.intake.schema import open_file
from central.store import readiness
from central.work.backup import back_up
from central.work.backup_shelf import Keep, copy_to, prune

HELP = "copy both databases and the public keys, checked, while central runs"
FINDINGS = 1
_DAYS, _WEEKS = 30, 60


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask where to, and how many stay."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="a folder for backups; each gets its own inside"
    )
    parser.add_argument(
        "--also",
        type=Path,
        metavar="DIR",
        help="a second folder, on another disk; it must exist",
    )
    stays = "newest %s that have a backup, the last one of each stays (default: %%(default)s)"
    parser.add_argument(
        "--keep-days", type=int, default=_DAYS, metavar="N", help="of the N " + stays % "days"
    )
    parser.add_argument(
        "--keep-weeks", type=int, default=_WEEKS, metavar="N", help="of the N " + stays % "weeks"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Make one backup, name it, and only then let older ones go; 1 where the second copy failed."""
    readiness.set_up()
    made = back_up(config, args.folder, now(), _found_evidence)
    size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    say(f"made {made} ({size // 1024} KiB), databases checked")
    say(f"secret keys are not in it: keep {config.keys} on paper or in a safe as well")
    code = 0
    folders = [args.folder]
    if args.also:
        try:
            say(f"copied to {copy_to(made, args.also)}, compared")
            folders.append(args.also)
        except UnavailableError as error:
            say(f"finding   {error}")
            code = FINDINGS
    keep = Keep(max(args.keep_days, 1), max(args.keep_weeks, 0))
    for folder in folders:
        for gone in _pruned(folder, keep):
            say(f"removed {gone}: newer ones of its day and week stand in for it")
    return code


def _found_evidence(path: Path) -> None:
    # One file at rest: a write-ahead log beside it would be forgotten when it is moved.
    with closing(open_file(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _pruned(folder: Path, keep: Keep) -> list[Path]:
    try:
        return prune(folder, keep)
    except OSError as error:
        msg = f"an old backup in {folder} cannot be removed ({error.strerror}); see to its rights"
        raise UnavailableError(msg) from error
