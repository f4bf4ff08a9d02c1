"""The command `issue-phone`: give a phone its certificate, or renew it."""

import argparse
import base64
import secrets
from datetime import timedelta

from central.commands import Now, author, say
from central.config import CentralConfig
from central.work.issue_phone import LONGEST, Wish, issue_phone
from central.work.publish import publish

HELP = "certify a phone's key for a student or a member of staff, or renew it"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask whose phone it is, its key, and for how long."""
    holder = parser.add_mutually_exclusive_group(required=True)
    holder.add_argument("--student", metavar="NUMBER")
    holder.add_argument("--staff", metavar="NUMBER")
    parser.add_argument(
        "--public-key", required=True, metavar="HEX", help="66 hexadecimal digits (P-256, compressed)"
    )
    parser.add_argument("--days", type=int, default=LONGEST.days, metavar="N", help="1 to 30; default 30")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print the certificate on the first line, then what it is; publish the stations' rosters."""
    wish = Wish(bool(args.student), args.student or args.staff, args.public_key, timedelta(days=args.days))
    at = now()
    issued = issue_phone(config.keys, wish, at, author(), secrets.token_bytes)
    published = publish(config, at)
    say(base64.urlsafe_b64encode(issued.certificate).rstrip(b"=").decode("ascii"))
    what = "a new credential" if issued.is_new else "a renewal of the credential"
    say(f"certifies {what}, {issued.credential_id.hex()}, until {issued.ends_at:%Y-%m-%d %H:%M} UTC")
    say(f"{published.renewed} of {published.stations} station rosters are new")
    return 0
