"""The verbs of `emergency` about announcements: a text to begin with, writing one, and its proof."""

import argparse
from datetime import datetime

from central.commands import Now, say
from central.commands.emergency.asking import act, named, shown, verb
from central.commands.recovery.asking import Verbs
from central.domain.emergency import Channel, Language
from central.work import announcements
from central.work.announcements import Sent, Wording

_CHANNELS = [channel.value for channel in Channel]
_LANGUAGES = [language.value for language in Language]


def add_verbs(verbs: Verbs) -> None:
    """Add the verbs."""
    drafting = shown(verbs, "draft-text", "print a text to begin an announcement with", _draft)
    drafting.add_argument("--language", required=True, choices=_LANGUAGES)
    writing = verb(verbs, "announce", "keep what is told by some channels in one language", _announce)
    writing.add_argument("--language", required=True, choices=_LANGUAGES)
    writing.add_argument(
        "--channel", action="append", choices=_CHANNELS, help="several times for several; default: all"
    )
    for name, says in (
        ("nature", "what happened"),
        ("duration", "how long it is expected to last"),
        ("remote", "how attendance is taken from afar, or that it is not"),
    ):
        writing.add_argument(f"--{name}", required=True, metavar="TEXT", help=says)
    sending = verb(verbs, "sent", "note that somebody sent an announcement, with the proof", _sent)
    sending.add_argument("--language", required=True, choices=_LANGUAGES)
    sending.add_argument("--channel", required=True, choices=_CHANNELS)
    sending.add_argument("--at", type=_instant, metavar="INSTANT", help="like 2024-09-09T07:10-07:00")
    sending.add_argument("--sent-by", required=True, metavar="NAME", help="who pressed the button")
    sending.add_argument("--evidence", required=True, metavar="TEXT", help="where the proof is kept")


def _draft(args: argparse.Namespace, now: Now) -> int:
    del now
    wording = announcements.draft(named(args), Language(args.language))
    for name, text in (
        ("nature", wording.nature),
        ("duration", wording.duration),
        ("remote", wording.remote),
    ):
        say(f"{name}: {text}")
    return 0


def _announce(args: argparse.Namespace, now: Now) -> int:
    wording = Wording(Language(args.language), args.nature, args.duration, args.remote)
    channels = [Channel(each) for each in dict.fromkeys(args.channel or _CHANNELS)]
    count = announcements.announce(named(args), wording, channels, act(args, now))
    say(f"kept for {count} channels; nothing is sent by itself: send it, and note the proof")
    return 0


def _sent(args: argparse.Namespace, now: Now) -> int:
    sent = Sent(args.at or now(), args.sent_by, args.evidence)
    where = (Channel(args.channel), Language(args.language))
    announcements.note_sent(named(args), where, sent, act(args, now))
    say(f"noted: sent by {args.channel} in {args.language}")
    return 0


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is no instant; write it like 2024-09-09T07:10-07:00"
        raise argparse.ArgumentTypeError(msg) from error
    if found.tzinfo is None:
        msg = f"{text!r} says no time zone; write it like 2024-09-09T07:10-07:00"
        raise argparse.ArgumentTypeError(msg)
    return found
