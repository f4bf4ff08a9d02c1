"""The command `login`: who can sign in, students' logins, logins out of use, lost second factors."""

import argparse
import secrets
from datetime import datetime
from pathlib import Path

from django.db import transaction

from central.commands import Now, author, say
from central.config import CentralConfig
from central.errors import CentralError
from central.serving.other_server import secret_in
from central.store import lookup
from central.work import logins
from central.work.keys import write_secret

HELP = "show who can sign in, give students a login, take one out of use, replace a lost second factor"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to do."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="show who can sign in")
    listing.add_argument("--search", default="", metavar="TEXT", help="part of a name, or a number")
    adding = verbs.add_parser("add-student", help="give a student a login; the password is a long one")
    adding.add_argument("student", metavar="STUDENT_NUMBER")
    adding.add_argument("--username", metavar="NAME", help="default: the student's number")
    adding.add_argument("--password-file", required=True, type=Path, metavar="FILE", help="mode 0600")
    adding.add_argument("--reset", action="store_true", help="replace the password of a login")
    for verb, says in (
        ("disable", "take a login out of use"),
        ("enable", "let somebody sign in again"),
        ("reset-code", "replace a lost second factor"),
        ("link", "let somebody sign in at the school's own provider"),
    ):
        changing = verbs.add_parser(verb, help=says)
        changing.add_argument("username", metavar="USERNAME")
        changing.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER")
        changing.add_argument("--reason", required=True, metavar="TEXT")
        if verb == "link":
            verified = "as the provider has verified it; empty: no more"
            changing.add_argument("--email", required=True, metavar="ADDRESS", help=verified)
        if verb == "reset-code":
            changing.add_argument(
                "--totp-seed-file", required=True, type=Path, metavar="FILE", help="where the new seed goes"
            )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Do it."""
    del config
    if args.verb == "list":
        _list(args.search)
    elif args.verb == "add-student":
        name, password = args.username or args.student, secret_in(args.password_file)
        student = lookup.student(args.student)
        logins.give_student(student, name, password, now(), author(), resets=args.reset)
        say(f"student {args.student} signs in as {name}")
    else:
        _change(args, now())
    return 0


def _change(args: argparse.Namespace, at: datetime) -> None:
    act = logins.Act(lookup.staff(args.by), at, args.reason)
    user = logins.find(lookup.the_school(), args.username)
    if args.verb == "disable":
        logins.disable(user, act)
        say(f"{args.username} signs in no more, and no token of that person opens anything")
    elif args.verb == "enable":
        logins.enable(user, act)
        say(f"{args.username} may sign in again")
    elif args.verb == "link":
        logins.link(user, args.email.strip(), act)
        say(f"{args.username} may sign in at the school's own provider" if args.email else "linked no more")
    else:
        if args.totp_seed_file.exists():
            msg = f"{args.totp_seed_file} is there already; name a new file for the seed"
            raise CentralError(msg)
        # A seed that could not be written down would lock its owner out.
        with transaction.atomic():
            write_secret(args.totp_seed_file, logins.reset_code(user, act, secrets.token_bytes))
        say(f"{args.username} signs in with the codes of the seed in {args.totp_seed_file}")


def _list(search: str) -> None:
    for user in logins.logins(lookup.the_school(), search):
        seen = f"last signed in {user.last_login:%Y-%m-%d}" if user.last_login else "never signed in"
        state = "in use" if user.is_active else "out of use"
        say(f"{user.username:20}  {logins.whose(user):24}  {state:10}  {seen}")
