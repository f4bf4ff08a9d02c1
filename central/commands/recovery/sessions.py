"""The verbs of `recovery` about sessions: add, edit, delete, list, document minutes and sign."""

import argparse
from datetime import time
from pathlib import Path

from central.commands import Now, a_date, say
from central.commands.certify import one_time_code
from central.commands.recovery import asking
from central.commands.recovery.asking import Verbs, act, verb
from central.errors import CentralError, InputError
from central.store import lookup
from central.store.models import RecoverySession
from central.store.queries import recovery as stored
from central.work import recovery_attendance, recovery_sessions
from central.work.recovery_attendance import Minutes, Signature, sign, sign_with_code
from central.work.recovery_session_faults import SessionEdit, SessionWish
from central.work.signing_off import PRACTICE_SIGNATURE
from central.work.tool_rights import Right, Tool, require


def add_verbs(verbs: Verbs) -> None:
    """Add the verbs."""
    listing = verb(verbs, "sessions", "list recovery sessions, newest first", _list)
    asking.ask_between(listing)
    adding = verb(verbs, "add-session", "add a session outside the regular day", _add)
    adding.add_argument("session", metavar="SESSION", help="the school's own number of it")
    adding.add_argument("--on", required=True, type=a_date, metavar="DATE")
    _ask_details(adding, is_new=True)
    asking.ask_reason(adding, is_needed=False)
    editing = verb(verbs, "edit-session", "change a session", _edit)
    editing.add_argument("session", metavar="SESSION")
    _ask_details(editing, is_new=False)
    asking.ask_reason(editing)
    deleting = verb(verbs, "delete-session", "delete a session nobody took part in", _delete)
    deleting.add_argument("session", metavar="SESSION")
    asking.ask_reason(deleting)
    documenting = verb(verbs, "attendance", "document the minutes of students in a session", _document)
    documenting.add_argument("session", metavar="SESSION")
    documenting.add_argument(
        "minutes", nargs="+", metavar="STUDENT:MINUTES", help="0 minutes take a student off"
    )
    asking.ask_reason(documenting, is_needed=False)
    signing = verb(verbs, "sign", "sign for a session's minutes as its teacher, with a one-time code", _sign)
    signing.add_argument("session", metavar="SESSION")
    signing.add_argument(
        "--code-file", type=Path, metavar="FILE", help="holds the code; without it you are asked"
    )
    signing.add_argument(
        "--practice-signature", action="store_true", help="sign without a code, in a practice school only"
    )


def _ask_details(parser: argparse.ArgumentParser, *, is_new: bool) -> None:
    parser.add_argument("--from", dest="starts", required=is_new, type=_clock, metavar="HH:MM")
    parser.add_argument("--to", dest="ends", required=is_new, type=_clock, metavar="HH:MM")
    parser.add_argument(
        "--teacher",
        action="append",
        required=is_new,
        metavar="STAFF_NUMBER",
        help="who supervises it; may be repeated",
    )
    parser.add_argument("--room", default="" if is_new else None, metavar="ROOM")
    parser.add_argument(
        "--standards", default="" if is_new else None, metavar="TEXT", help="lesson and standards taught"
    )


def _list(args: argparse.Namespace, now: Now) -> int:
    acting = act(args, now)
    require(acting.by, Tool.SESSIONS, Right.READ)
    found = recovery_sessions.listed(args.since, args.until)
    for session in found:
        _show(session)
    say(f"{len(found)} recovery {'session' if len(found) == 1 else 'sessions'}")
    return 0


def _show(session: RecoverySession) -> None:
    seen = stored.one(session)
    room = session.room.name if session.room else "no room"
    signed = "signed" if seen.is_signed else "NOT SIGNED"
    say(
        f"{session.on} {session.starts:%H:%M}-{session.ends:%H:%M}  {session.code}  {room}  "
        f"{len(seen.present)} students to {seen.teachers} certificated  {signed}"
    )
    for part in seen.present:
        say(f"    student {part.student}  {part.minutes} minutes")


def _add(args: argparse.Namespace, now: Now) -> int:
    teachers = tuple(lookup.staff(number) for number in args.teacher)
    wish = SessionWish(args.session, args.on, args.starts, args.ends, teachers, args.room, args.standards)
    session = recovery_sessions.add(lookup.the_school(), wish, act(args, now))
    say(f"added session {session.code} on {session.on} from {session.starts:%H:%M} to {session.ends:%H:%M}")
    return 0


def _edit(args: argparse.Namespace, now: Now) -> int:
    teachers = tuple(lookup.staff(number) for number in args.teacher) if args.teacher else None
    wanted = SessionEdit(args.starts, args.ends, teachers, args.room, args.standards)
    session = recovery_sessions.edit(recovery_sessions.find(args.session), wanted, act(args, now))
    say(f"changed session {session.code}: {session.starts:%H:%M} to {session.ends:%H:%M}")
    return 0


def _delete(args: argparse.Namespace, now: Now) -> int:
    recovery_sessions.delete(recovery_sessions.find(args.session), act(args, now))
    say(f"deleted session {args.session}; what it was stays in the audit log")
    return 0


def _document(args: argparse.Namespace, now: Now) -> int:
    session = recovery_sessions.find(args.session)
    news = recovery_attendance.document(session, _minutes(args.minutes), act(args, now))
    say(f"documented the minutes of {news} students in session {session.code}; its teacher signs for them")
    return 0


def _sign(args: argparse.Namespace, now: Now) -> int:
    session, by, at = recovery_sessions.find(args.session), lookup.staff(args.by), now()
    if args.practice_signature:
        signed = sign(session, Signature(by, at, PRACTICE_SIGNATURE))
    else:
        signed = sign_with_code(session, Signature(by, at), one_time_code(args.code_file))
    again = f", revision {signed.revision}" if signed.revision > 1 else ""
    students = len(signed.minutes)
    say(
        f"signed session {session.code}: {sum(signed.minutes.values())} minutes of {students} students{again}"
    )
    return 0


def _minutes(named: list[str]) -> list[Minutes]:
    found: list[Minutes] = []
    problems: list[str] = []
    for place, text in enumerate(named, start=1):
        number, _, minutes = text.partition(":")
        if not (minutes.isascii() and minutes.isdigit()):
            problems.append(f"line {place}: write STUDENT:MINUTES, like 001001:60")
            continue
        try:
            found.append(Minutes(lookup.student(number), int(minutes)))
        except CentralError as error:
            problems.append(f"line {place}: {error}")
    if problems:
        what = "no minutes are documented; nothing was written:"
        raise InputError(what, problems)
    return found


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is no time of day; write it in 24 hours, like 15:30"
        raise argparse.ArgumentTypeError(msg) from error
