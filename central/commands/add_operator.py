"""The command `add-operator`: give a member of staff a login."""

import argparse
import secrets
from pathlib import Path

from central.commands import Now, author, say
from central.config import CentralConfig
from central.errors import CentralError
from central.serving.other_server import secret_in
from central.store.models import Staff
from central.work.keys import write_secret
from central.work.operators import Login, NewStaff, add_operator, new_seed

HELP = "give a member of staff a login with password and one-time code"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask who, and where the secrets are."""
    parser.add_argument("number", metavar="STAFF_NUMBER")
    parser.add_argument("--username", metavar="NAME", help="default: the staff number")
    parser.add_argument("--password-file", required=True, type=Path, metavar="FILE", help="mode 0600")
    parser.add_argument(
        "--totp-seed-file",
        required=True,
        type=Path,
        metavar="FILE",
        help="base32, mode 0600; made when it is not there",
    )
    parser.add_argument("--reset", action="store_true", help="replace the password and code of a login")
    parser.add_argument("--role", choices=Staff.Role.values, help="of somebody who is on no roster")
    parser.add_argument("--family-name", metavar="NAME")
    parser.add_argument("--given-name", metavar="NAME", default="")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Make the login; a seed file that had to be made goes again when the login cannot be made."""
    del config
    if bool(args.role) != bool(args.family_name):
        msg = "--role and --family-name go together, for somebody who is on no roster"
        raise CentralError(msg)
    hired = NewStaff(args.role, args.family_name, args.given_name) if args.role else None
    password = secret_in(args.password_file)
    is_seeded = args.totp_seed_file.exists()
    seed = secret_in(args.totp_seed_file) if is_seeded else new_seed(secrets.token_bytes)
    login = Login(args.username or args.number, password, seed)
    if not is_seeded:
        # First of all: a login whose code nobody knows would be of no use.
        write_secret(args.totp_seed_file, seed)
    try:
        staff = add_operator(args.number, login, now(), author(), hired=hired, resets=args.reset)
    except BaseException:
        if not is_seeded:
            args.totp_seed_file.unlink()
        raise
    say(f"staff member {args.number} ({staff.role}) signs in as {login.username}")
    return 0
