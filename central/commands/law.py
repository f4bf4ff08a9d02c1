"""The command `law`: what the program takes the law to say, and how well that is known."""

import argparse
from datetime import date, timedelta
from pathlib import Path

from central.commands import Now, a_date, say
from central.config import CentralConfig
from central.errors import CentralError, ConfigError
from central.law import markdown
from central.law.errors import LawError
from central.law.provision import in_force, provisions, rule_set_version
from central.law.question import OPEN_QUESTIONS

HELP = "show the provisions of law in force, with their sources"
# A person compares every number with its source once a school year, and a month for delays.
_STALE = timedelta(days=13 * 31)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what to show."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="every provision and its value on a day")
    listing.add_argument("--on", type=a_date, metavar="DATE", help="default: today, UTC")
    show = verbs.add_parser("show", help="one provision through time, with its sentence")
    show.add_argument("name")
    verbs.add_parser("check", help="what rests on memory, or was last compared too long ago")
    verbs.add_parser("questions", help="what is not settled, and what is done meanwhile")
    page = verbs.add_parser("markdown", help="the reference page")
    page.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Show what was asked for; `check` ends with 1 when it finds something."""
    del config
    today = now().date()
    try:
        if args.verb == "list":
            return _list(args.on or today)
        if args.verb == "show":
            return _show(args.name)
        if args.verb == "questions":
            return _questions()
        return _check(today) if args.verb == "check" else _page(args.out)
    except LawError as error:
        msg = f"the law as installed cannot be used ({error}); install rollbook again"
        raise ConfigError(msg) from error


def _list(on: date) -> int:
    say(f"rule set {rule_set_version()}, as in force on {on}")
    for name, provision in provisions().items():
        if provision.wordings[0].since > on:
            say(f"{name:45} not known before {provision.wordings[0].since}")
            continue
        wording = in_force(name, on)
        say(f"{name:45} {wording.value!s:>8} {provision.unit:16} {wording.cite} [{wording.evidence}]")
    return 0


def _show(name: str) -> int:
    provision = provisions().get(name)
    if provision is None:
        msg = f"no provision is called {name!r}; rollbook-central law list names them"
        raise CentralError(msg)
    say(f"{name}: {provision.means} ({provision.unit})")
    for wording in provision.wordings:
        say(f"from {wording.since}: {wording.value}")
        say(f"    {wording.cite}: {wording.text}")
        say(f"    {wording.href} ({wording.evidence}, compared {wording.verified})")
    return 0


def _questions() -> int:
    for question in OPEN_QUESTIONS:
        say(f"question-{question.key}: {question.asks}")
        say(f"    meanwhile: {question.default} ({question.citation}; {', '.join(question.rules)})")
    say("the school's answers: rollbook-central register list --table questions")
    return 0


def _check(today: date) -> int:
    found = 0
    for name, provision in provisions().items():
        for wording in provision.wordings:
            if wording.evidence == "recalled":
                found += 1
                say(f"{name} from {wording.since} rests on memory: read {wording.cite}")
            if today - wording.verified > _STALE:
                found += 1
                say(f"{name} from {wording.since} was last compared on {wording.verified}: {wording.href}")
    say(f"rule set {rule_set_version()}: {len(provisions())} provisions, {found} findings")
    return 1 if found else 0


def _page(out: Path | None) -> int:
    text = markdown.render()
    if out is None:
        say(text.rstrip("\n"))
    else:
        out.write_text(text, encoding="utf-8")
    return 0
