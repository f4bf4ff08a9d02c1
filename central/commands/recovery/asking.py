"""What every verb of `recovery` asks for: who does it and why; and how it shows whose work a row is."""

import argparse
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from central.commands import Now, a_date
from central.store import lookup
from central.store.models import Staff
from central.work.recovery_act import Act

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  its only name
Do: TypeAlias = Callable[[argparse.Namespace, Now], int]


def verb(verbs: Verbs, name: str, says: str, do: Do) -> argparse.ArgumentParser:
    """Add one verb, which asks who does it."""
    parser = verbs.add_parser(name, help=says, description=says)
    parser.set_defaults(do=do)
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER", help="who does it")
    return parser


def ask_reason(parser: argparse.ArgumentParser, *, is_needed: bool = True) -> None:
    """Ask why."""
    parser.add_argument("--reason", required=is_needed, default="", metavar="TEXT", help="why")


def ask_dates(parser: argparse.ArgumentParser, *, is_new: bool) -> None:
    """Ask for the first and the last day of a record or service."""
    parser.add_argument("--start", required=is_new, type=a_date, metavar="DATE", help="its first day")
    parser.add_argument("--end", type=a_date, metavar="DATE", help="its last day")
    if not is_new:
        parser.add_argument("--open", action="store_true", help="take its end away")


def ask_filters(parser: argparse.ArgumentParser) -> None:
    """Ask whose, and between which days."""
    parser.add_argument("student", nargs="?", metavar="STUDENT_NUMBER", help="without it: everybody's")
    ask_between(parser)


def ask_between(parser: argparse.ArgumentParser) -> None:
    """Ask between which days."""
    parser.add_argument("--from", dest="since", type=a_date, metavar="DATE", help="starts then or later")
    parser.add_argument("--to", dest="until", type=a_date, metavar="DATE", help="ends then or before")


def act(args: argparse.Namespace, now: Now) -> Act:
    """Return who acts, when and why; raises CentralError for an unknown employee."""
    return Act(lookup.staff(args.by), now(), getattr(args, "reason", ""))


def whose(created_by: str, created_at: datetime, modified_by: Staff, modified_at: datetime) -> str:
    """Say who made a row and who saved it last, as student information systems show it."""
    zone = ZoneInfo(modified_by.school.time_zone)
    made, changed = (at.astimezone(zone) for at in (created_at, modified_at))
    return (
        f"Created By: {created_by}; {made:%m/%d/%Y %H:%M}  "
        f"Modified By: {modified_by} ({modified_by.number}) {changed:%m/%d/%Y %H:%M}"
    )
