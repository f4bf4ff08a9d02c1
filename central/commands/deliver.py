"""The command `deliver`: send certified records to PowerSchool and read them back."""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from central.commands import Now, a_date, say
from central.config import CentralConfig, PowerSchoolConfig
from central.errors import CentralError, RefusedError
from central.exchange.powerschool.http_line import HttpLine
from central.exchange.powerschool.session import Patience, PowerSchool
from central.store import lookup
from central.store.models import Staff
from central.work.deliver import deliver, usual_days
from central.work.deliver_check import check
from central.work.delivery_wish import Courier, Delivered, Trouble, Wish
from central.work.local_days import local_date

HELP = "send what is certified to PowerSchool and confirm it by reading back"
_TRY_AGAIN = 75


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the days, by whose word, and how far to go."""
    parser.add_argument("--on", type=a_date, metavar="DATE", help="one day")
    parser.add_argument(
        "--since", type=a_date, metavar="DATE", help="without days: what is open, and days lately sent"
    )
    parser.add_argument("--until", type=a_date, metavar="DATE")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument("--again", action="store_true", help="send also what was reopened")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="look there, tell, send and write nothing")
    how.add_argument("--read-back-only", action="store_true", help="confirm and reopen, send nothing")
    how.add_argument("--check", action="store_true", help="try the connection, and find every key once")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Deliver; 1 where something waits for a person, 75 where the run was cut short."""
    if config.powerschool is None:
        msg = "the configuration has no [powerschool]; docs/howto/it-powerschool.md says what goes there"
        raise CentralError(msg)
    if config.practice is not None:
        msg = "this is a rehearsal; its records never leave for a student information system"
        raise RefusedError(msg)
    by = lookup.staff(args.by)
    wish = _wish(args, by, config.powerschool, now)
    with _client(config.powerschool) as client:
        courier = Courier(client, config.powerschool, by, now)
        if args.check:
            return _check(wish, courier)
        done = deliver(wish, courier, config.data)
    return _tell(done, wish)


def _wish(args: argparse.Namespace, by: Staff, config: PowerSchoolConfig, now: Now) -> Wish:
    if args.on and (args.since or args.until):
        msg = "say --on DATE, or --since and --until, or no day at all"
        raise CentralError(msg)
    since, until = usual_days(by, config, local_date(by.school, now()))
    since, until = args.on or args.since or since, args.on or args.until or until
    if until < since:
        msg = f"{until} is before {since}; the first day comes first"
        raise CentralError(msg)
    sends = not (args.dry_run or args.read_back_only)
    return Wish(since, until, again=args.again, sends=sends, writes=not args.dry_run)


@contextmanager
def _client(config: PowerSchoolConfig) -> Iterator[PowerSchool]:
    line = HttpLine(config.url, config.ca_file)
    patience = Patience(time.sleep, random.SystemRandom().random)
    client = PowerSchool(line, config.client_id, config.client_secret.text, patience)
    try:
        yield client
    finally:
        client.close()


def _check(wish: Wish, courier: Courier) -> int:
    found = check(wish, courier)
    say(f"{courier.config.url} answers, and its plugin's queries give:")
    for kind, count in found.rows.items():
        say(f"{count:9,} {kind}")
    for code in found.codes:
        say(f"the configured code {code!r} is no attendance code there")
    say(f"{found.looked_at} to be delivered from {wish.since} to {wish.until} were looked up there")
    _list("cannot be delivered", found.problems)
    return 1 if found.problems or found.codes else 0


def _tell(done: Delivered, wish: Wish) -> int:
    say(
        f"{done.sent} sent, {done.confirmed} confirmed, {len(done.reopened)} reopened, "
        f"{done.resting} without a clear answer yet, {done.to_send} still to be sent "
        f"({wish.since} to {wish.until})"
    )
    _list("reopened", done.reopened)
    _list("cannot be delivered", done.problems)
    if done.stopped:
        sys.stderr.write(f"rollbook-central: sending was stopped: {done.stopped}; run deliver again later\n")
        return _TRY_AGAIN
    is_left = wish.sends and done.to_send
    return 1 if done.reopened or done.problems or done.resting or is_left else 0


def _list(what: str, found: Sequence[Trouble]) -> None:
    for each in found:
        say(f"  {what}: record {each.record}, {each.on}, section {each.section}: {each.says}")
