"""The command `credential`: give out, lend, lose, replace, take back and learn cards, and list them."""

import argparse
import getpass
import sys
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.errors import CentralError
from central.exchange.credentials_csv import token_of
from central.store import lookup
from central.store.models import Credential, Staff, Student
from central.store.queries.unknown_cards import UnknownCard
from central.work import credential_verbs, keys, learn_card
from central.work.credential_verbs import Act, Card, Done, handle
from central.work.local_days import local_date
from central.work.publish import publish

HELP = "give out, lend, lose, replace, take back or learn cards, and list them"
_KINDS = ("uid", "idm", "em", "sc1")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the verb and what it needs."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, help_text in (
        ("issue", "give a card whose number is typed or piped in"),
        ("lend", "lend a card for at most 30 days"),
        ("learn", "give the unknown card that was just tapped at a station"),
    ):
        verb = _acting(verbs.add_parser(name, help=help_text))
        holder = verb.add_mutually_exclusive_group(required=True)
        holder.add_argument("--student", metavar="NUMBER")
        if name != "learn":
            holder.add_argument("--staff", metavar="NUMBER")
            verb.add_argument("--kind", default="uid", choices=_KINDS)
    issue, lend, learn = (verbs.choices[name] for name in ("issue", "lend", "learn"))
    issue.add_argument("--since", type=a_date, metavar="DATE", help="first day; default: today")
    lend.add_argument("--until", type=a_date, required=True, metavar="DATE", help="last day")
    learn.add_argument("--station", default="", metavar="CODE", help="where it was tapped")
    learn.add_argument("--within", type=int, default=5, metavar="MINUTES", help="how long ago; default 5")
    learn.add_argument("--card", default="", metavar="HANDLE", help="one of the list, however long ago")
    learn.add_argument("--since", type=a_date, metavar="DATE", help="default: the first tap seen")
    lose = _one(verbs.add_parser("lose", help="from a day on its taps are nobody's"))
    lose.add_argument("--since", type=a_date, required=True, metavar="DATE", help="first day it was gone")
    replace = _one(verbs.add_parser("replace", help="lose one card and give another from the same day"))
    replace.add_argument("--since", type=a_date, metavar="DATE", help="default: today")
    replace.add_argument("--kind", default="uid", choices=_KINDS)
    _one(verbs.add_parser("return", help="take a card back today"))
    listed = verbs.add_parser("list", help="unknown cards seen lately, or somebody's cards")
    listed.add_argument("--student", metavar="NUMBER", help="this student's cards")
    listed.add_argument("--staff", metavar="NUMBER", help="this employee's cards")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Carry the verb out and publish the stations' rosters; 1 while unknown cards wait."""
    school, at = lookup.the_school(), now()
    on = local_date(school, at)
    if args.verb == "list":
        return _list(args, on)
    act = Act(lookup.staff(args.by), at, on, args.reason)
    done = _done(args, config, act)
    say(f"{args.verb}: {_line(done.credential)}")
    say(f"{done.taps.waiting} of its taps are judged anew in the next round")
    if done.taps.signed:
        say(f"{done.taps.signed} stand behind signed records; their teacher corrects those")
    published = publish(config, at)
    say(f"{published.renewed} of {published.stations} station rosters are new")
    return 0


def _done(args: argparse.Namespace, config: CentralConfig, act: Act) -> Done:
    match args.verb:
        case "issue":
            return credential_verbs.issue(_typed(args, config), _holder(args), args.since or act.on, act)
        case "lend":
            return credential_verbs.lend(_typed(args, config), _holder(args), args.until, act)
        case "learn":
            student = lookup.student(args.student)
            return learn_card.learn(student, _unknown(args, student, act), args.since, act)
        case "lose":
            return credential_verbs.lose(_credential(args.card), args.since, act)
        case "replace":
            card = _typed(args, config)
            return credential_verbs.replace(_credential(args.card), card, args.since or act.on, act)[1]
        case _:
            return credential_verbs.give_back(_credential(args.card), act)


def _unknown(args: argparse.Namespace, student: Student, act: Act) -> UnknownCard:
    if args.card:
        return learn_card.the_one(learn_card.lately(student.school, act.on, args.station), args.card)
    station = lookup.station(args.station).code
    waiting = learn_card.Waiting(station, act.at - timedelta(minutes=args.within))
    return learn_card.the_one(learn_card.just_tapped(student.school, act.on, waiting))


def _typed(args: argparse.Namespace, config: CentralConfig) -> Card:
    """Read a card's number without showing it; it is hashed at once and kept nowhere."""
    value = getpass.getpass("Number of the card: ") if sys.stdin.isatty() else sys.stdin.readline()
    return Card(args.kind, token_of(args.kind, value, keys.school_key(config.keys)))


def _holder(args: argparse.Namespace) -> Student | Staff:
    return lookup.student(args.student) if args.student else lookup.staff(args.staff)


def _credential(text: str) -> Credential:
    rows = Credential.objects.select_related("student", "staff", "school")
    found = rows.filter(pk=int(text)).first() if text.isdecimal() else None
    if found is None:
        msg = f"there is no card {text!r}; name the number credential list shows first"
        raise CentralError(msg)
    return found


def _list(args: argparse.Namespace, on: date) -> int:
    if args.student or args.staff:
        rows = _holder(args).credentials.select_related("student", "staff").order_by("since")
        for row in rows:
            say(_line(row))
        return 0
    cards = learn_card.lately(lookup.the_school(), on)
    zone = ZoneInfo(lookup.the_school().time_zone)
    for card in cards:
        seen = f"{len(card.sightings)} taps, last in {card.last.room} {_clock(card.last.at, zone)}"
        before = f", held by {card.held_by} until {card.held_until}" if card.held_by else ""
        say(f"{handle(card.token)}  {card.last.station}  {seen}{before}")
    noun = "card" if len(cards) == 1 else "cards"
    say(f"{len(cards)} unknown {noun} in the last {learn_card.LATELY.days} days")
    return 1 if cards else 0


def _line(row: Credential) -> str:
    holder = row.student or row.staff
    number = holder.number if holder else ""
    kind = f"{row.kind}{' lent' if row.is_temporary else ''}"
    return f"{row.pk}  {handle(bytes(row.token))}  {kind}  {number}  {row.since} to {row.until or 'now'}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _acting(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--as", dest="by", required=True, metavar="STAFF_NUMBER", help="who does it")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; a lost card needs it")
    return parser


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("card", metavar="NUMBER", help="the first number credential list shows")
    return _acting(parser)
