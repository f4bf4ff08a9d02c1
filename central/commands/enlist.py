"""The command `enlist`: make, list and take back the tokens by which new stations bring their key."""

import argparse
import csv
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from central.commands import Now, author, say
from central.config import CentralConfig
from central.errors import CentralError
from central.store.models import School
from central.work import enrolment, enrolment_file
from central.work.enrolment import Asking, Wish
from central.work.keys import write_secret
from central.work.publish import publish

HELP = "make, list and take back the tokens by which new stations bring their key"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    making = verbs.add_parser("make", help="make a token for each station of a list that has no key yet")
    making.add_argument("rooms", type=Path, metavar="ROOMS", help="rooms.csv: its station and room columns")
    making.add_argument("--again", action="store_true", help="make those anew that were not used yet")
    making.add_argument("--new-rooms", action="store_true", help="rooms may be on no roster yet")
    file_arguments(making)
    verbs.add_parser("list", help="show what became of every token, never a token")
    taking = verbs.add_parser("take-back", help="make the open token of a station useless")
    taking.add_argument("station", metavar="STATION")
    taking.add_argument("--reason", required=True, metavar="TEXT")


def file_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask where the file goes, and what it says beside tokens."""
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="enrolment.json, mode 0600, a new file"
    )
    parser.add_argument(
        "--server", metavar="URL", help="where stations find this central, if not as configured"
    )
    parser.add_argument(
        "--release-root", type=Path, metavar="FILE", help="root.json of the releases stations install"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Make, list or take back."""
    at = now()
    if args.verb == "list":
        _list(at)
        return 0
    if args.verb == "take-back":
        enrolment.take_back(args.station, args.reason, Asking(author(), at, os.urandom))
        publish(config, at)
        say(f"the token of {args.station} brings nothing any more")
        return 0
    require_new(args.out)
    # A token that could not be written down would be of no use to anybody.
    with transaction.atomic():
        enlisted = enrolment.enlist(
            _wishes(args.rooms),
            Asking(author(), at, os.urandom),
            is_again=args.again,
            may_make_rooms=args.new_rooms,
        )
        write_file(args, config, enlisted.made)
    publish(config, at)
    for station, why in enlisted.left:
        say(f"{station}: no token, {why}")
    return 0


def require_new(out: Path) -> None:
    """Refuse to write over a file: it may hold tokens that are kept nowhere else."""
    if out.exists():
        msg = f"{out} is there already; name a new file, its tokens are kept nowhere else"
        raise CentralError(msg)


def write_file(args: argparse.Namespace, config: CentralConfig, made: Sequence[enrolment.Made]) -> None:
    """Write the tokens and what cards must know beside them, for their owner's eyes alone."""
    root = _read(args.release_root) if args.release_root else None
    server = args.server or config.public_url
    try:
        write_secret(args.out, enrolment_file.text(config, server, made, root))
    except OSError as error:
        msg = f"{args.out} cannot be written ({error.strerror}); no token was made"
        raise CentralError(msg) from error
    days = enrolment.LIFETIME.days
    say(f"{len(made)} tokens are in {args.out} and nowhere else; each works once, within {days} days")


def _wishes(rooms: Path) -> list[Wish]:
    try:
        rows = list(csv.DictReader(_read(rooms).splitlines()))
        return [Wish((row["station"] or "").strip(), (row["room"] or "").strip()) for row in rows]
    except KeyError as error:
        msg = f"{rooms} has no column {error}; it needs the columns station and room"
        raise CentralError(msg) from error


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file} cannot be read ({type(error).__name__}); give a text file"
        raise CentralError(msg) from error


def _list(at: datetime) -> None:
    for row in enrolment.known(School.objects.get()):
        kid = f"  key {row.kid}" if row.kid else ""
        state = enrolment.state(row, at)
        say(f"{row.station_code:16} {row.room.name:16} {state:8} until {row.expires_at:%Y-%m-%d}{kid}")
