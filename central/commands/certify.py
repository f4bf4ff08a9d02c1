"""The command `certify`: a teacher signs a section's day with a one-time code."""

import argparse
import getpass
from datetime import date
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import CentralError, InputError
from central.store import lookup
from central.store.models import Section, SessionCertification
from central.work import review
from central.work.certify import Signature, certify_session, certify_with_code
from central.work.changes import Action, Change
from central.work.signing_off import PRACTICE_SIGNATURE

HELP = "sign a section's day as its teacher, with a one-time code"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the session, the signer, the code and the changes."""
    parser.add_argument("section", metavar="SECTION", help="the section's code")
    parser.add_argument("--on", required=True, type=date.fromisoformat, metavar="DATE")
    parser.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
    parser.add_argument(
        "--code-file", type=Path, metavar="FILE", help="holds the code; without it you are asked"
    )
    parser.add_argument(
        "--practice-signature", action="store_true", help="sign without a code, in a practice school only"
    )
    parser.add_argument("--absent-rest", action="store_true", help="mark everybody without a record absent")
    parser.add_argument("--late-reason", default="", metavar="TEXT", help="why it is signed after the day")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why it is signed again")
    for action in Action:
        parser.add_argument(
            f"--{action}",
            action="append",
            default=[],
            dest=action.value,
            metavar="STUDENT[:REASON]",
            help=f"{_MEANS[action]}; may be repeated",
        )


_MEANS = {
    Action.REMOVE: "remove the record of a student who does not belong here",
    Action.ADD: "add a student who was there without a tap",
    Action.ABSENT: "mark a student absent",
    Action.PRESENT: "mark a student present",
}


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Sign, or write nothing; a refused or wrong code ends with 64, too many with 75."""
    del config
    section = lookup.section(args.section, args.on)
    by = lookup.staff(args.by)
    changes = _changes(args, section)
    at = now()
    if args.practice_signature:
        signature = Signature(by, at, PRACTICE_SIGNATURE, args.late_reason, args.reason)
        signed = certify_session(section, args.on, signature, changes)
    else:
        code = one_time_code(args.code_file)
        signature = Signature(by, at, late_reason=args.late_reason, reason=args.reason)
        signed = certify_with_code(section, args.on, signature, code, changes)
    _report(signed)
    _warn(review.unsettled(section, args.on, at))
    return 0


def _changes(args: argparse.Namespace, section: Section) -> list[Change]:
    changes: list[Change] = []
    problems: list[str] = []
    for action in Action:
        for named in getattr(args, action.value):
            number, _, reason = named.partition(":")
            try:
                changes.append(Change(lookup.student(number).pk, action, reason.strip()))
            except CentralError as error:
                problems.append(f"--{action}: {error}")
    if problems:
        what = "nothing was signed:"
        raise InputError(what, problems)
    if args.absent_rest:
        named_already = {change.student_id for change in changes}
        changes += [
            Change(student.pk, Action.ABSENT)
            for student in review.needed(section, args.on)
            if student.pk not in named_already
        ]
    return changes


def one_time_code(path: Path | None) -> str:
    """Return the code in a file, or what is typed; raises CentralError for a file that holds none."""
    if path is None:
        return getpass.getpass("one-time code: ")
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read as a one-time code; write the digits into it"
        raise CentralError(msg) from error


def _report(signed: SessionCertification) -> None:
    late = " (late entry)" if signed.late_reason else ""
    again = f", revision {signed.revision}" if signed.revision > 1 else ""
    say(
        f"certified section {signed.section.code} on {signed.on}: {signed.present} present, "
        f"{signed.absent} absent, by employee {signed.by.number}{again}{late}"
    )


def _warn(unsettled: review.Unsettled) -> None:
    if unsettled.ends:
        say(f"note: the class ends at {unsettled.ends:%H:%M}; taps from now on will not change its records")
    if unsettled.taps:
        belong = (
            "tap of that day in the room belongs"
            if unsettled.taps == 1
            else ("taps of that day in the room belong")
        )
        say(f"note: {unsettled.taps} {belong} to nobody known yet")
