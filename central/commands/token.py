"""The command `token`: make, list and revoke the tokens by which programs read in somebody's name."""

import argparse
import secrets
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.domain.local_day import end_of
from central.errors import CentralError
from central.store import lookup
from central.store.models import ApiToken
from central.work import tokens
from central.work.keys import write_secret

HELP = "make, list and revoke the tokens by which programs read in somebody's name"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    making = verbs.add_parser(
        "make", help="make one; its secret is written into a file and kept nowhere else"
    )
    making.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER", help="whose it is")
    making.add_argument("--name", required=True, metavar="TEXT", help="what it is for")
    making.add_argument(
        "--scope", action="append", required=True, choices=sorted(tokens.SCOPES), help="what it may read"
    )
    making.add_argument("--until", required=True, type=a_date, metavar="DATE", help="its last day")
    making.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="where the secret goes, mode 0600"
    )
    listing = verbs.add_parser("list", help="show the tokens there are, never a secret")
    listing.add_argument("--of", metavar="STAFF_NUMBER", help="whose; everybody's where left out")
    revoking = verbs.add_parser("revoke", help="make one useless from now on")
    revoking.add_argument("token", metavar="TOKEN", help="its number in the list")
    revoking.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")
    revoking.add_argument("--reason", required=True, metavar="TEXT")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Make, list or revoke."""
    del config
    at = now()
    if args.verb == "make":
        _make(args, at)
    elif args.verb == "list":
        _list(args.of, at)
    else:
        found = ApiToken.objects.filter(pk=args.token) if args.token.isdecimal() else ApiToken.objects.none()
        token = found.select_related("staff").first()
        if token is None:
            msg = f"there is no token {args.token}; rollbook-central token list shows them"
            raise CentralError(msg)
        tokens.revoke(token, lookup.staff(args.by), args.reason, at)
        say(f"token {token.pk} ({token.name}) opens nothing any more")
    return 0


def _make(args: argparse.Namespace, at: datetime) -> None:
    by = lookup.staff(args.by)
    expires_at = end_of(args.until, ZoneInfo(by.school.time_zone))
    wish = tokens.TokenWish(args.name, tokens.tools(args.scope), expires_at)
    if args.out.exists():
        msg = f"{args.out} is there already; name a new file, a secret is never written over another"
        raise CentralError(msg)
    # A token whose secret could not be written down would be of no use to anybody.
    with transaction.atomic():
        made = tokens.make(by, wish, secrets.token_bytes, at)
        write_secret(args.out, made.secret)
    say(f"token {made.token.pk} ({made.token.name}) reads {', '.join(made.token.scopes)} until {args.until}")
    say(f"its secret is in {args.out} and nowhere else")


def _list(of: str | None, at: datetime) -> None:
    rows = ApiToken.objects.select_related("staff").order_by("staff__number", "pk")
    if of is not None:
        rows = tokens.tokens_of(lookup.staff(of))
    for token in rows:
        used = f"used {token.last_used_at:%Y-%m-%d}" if token.last_used_at else "never used"
        say(
            f"{token.pk:5}  employee {token.staff.number}  {tokens.state(token, at):8}  "
            f"until {token.expires_at:%Y-%m-%d}  {used}  {token.name} ({', '.join(token.scopes)})"
        )
