"""The command `destroy`: end this installation when its contract is over, and certify it."""

import argparse
from pathlib import Path

from django.db import connections

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import RefusedError
from central.intake.lock import Lock
from central.store import lookup
from central.work.destruction import Wish, certificate, destroy, examine

HELP = "end this installation: everything handed over, no legal hold, all removed, and a signed certificate"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for all that must be true before anything is removed."""
    parser.add_argument(
        "--handed-over", type=Path, required=True, metavar="BACKUP", help="the backup the school was given"
    )
    parser.add_argument(
        "--certificate", type=Path, required=True, metavar="FILE", help="where the certificate is written"
    )
    parser.add_argument("--reason", required=True, metavar="TEXT", help="like the agreement that ended")
    parser.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER", help="who decides")
    parser.add_argument(
        "--really", metavar="SCHOOL_CODE", help="the school's code, typed; without it nothing is removed"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Examine, and destroy only where the school's code was typed as well."""
    school = lookup.the_school()
    wish = Wish(lookup.staff(args.by), args.reason, args.handed_over, args.certificate)
    locks = [Lock(config.data / name) for name in ("serve.lock", "evidence.lock")]
    try:
        examine(config, wish)
        if args.really is None:
            say(f"nothing keeps {config.data} from being destroyed; say --really and the school's code")
            return 0
        if args.really != school.code:
            msg = f"{args.really!r} is not the code of this school; nothing was removed"
            raise RefusedError(msg)
        text = certificate(config, school, wish, now())
        connections.close_all()
        count = destroy(config, text, args.certificate)
    finally:
        for lock in locks:
            lock.release()
    say(f"{count} files of {config.data} are overwritten and removed; the certificate is {args.certificate}")
    say("a disk may keep old blocks beyond anybody's reach: destroy the disk, or its encryption key, as well")
    say("backups, exports, kits and the stations' cards lie elsewhere: destroy them by their own lists")
    return 0
