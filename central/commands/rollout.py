"""The command `rollout`: bring a release to the stations, a few first."""

import argparse

from central.commands import Now, say
from central.config import CentralConfig
from central.store import lookup
from central.store.models import Rollout
from central.work import release_shelf, rollout
from central.work.publish import publish
from central.work.rollout import Plan, Ring

HELP = "bring a release to the stations ring by ring, or pause, resume, abort that"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what is to be done, by whom, and why."""
    parts = parser.add_subparsers(dest="part", required=True, metavar="show|begin|pause|resume|abort")
    parts.add_parser("show", help="say how the newest one stands")
    for verb in ("begin", "pause", "resume", "abort"):
        part = parts.add_parser(verb, help=f"{verb} a rollout")
        part.add_argument("--as", required=True, dest="by", metavar="STAFF_NUMBER")
        part.add_argument("--reason", required=True, metavar="TEXT")
        if verb == "begin":
            part.add_argument("version", metavar="VERSION")
            part.add_argument(
                "--ring",
                action="append",
                required=True,
                type=_ring,
                metavar="STATIONS|PERCENT",
                help="like st-r101,st-r102 or 25%%; the last is best 100%%",
            )
            part.add_argument("--soak-hours", type=int, default=24, metavar="HOURS")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Carry it out and publish what the stations want then."""
    if args.part == "show":
        newest = Rollout.objects.order_by("-pk").first()
        if newest is None:
            say("there was no rollout yet")
            return 0
        return _tell(newest, now)
    by = lookup.staff(args.by)
    if args.part == "begin":
        plan = Plan(args.version, args.ring, args.soak_hours)
        changed = rollout.begin(plan, release_shelf.listed(config.data), by, args.reason, now())
    else:
        changed = rollout.steer(args.part, by, args.reason, now())
    publish(config, now())
    return _tell(changed, now)


def _tell(changed: Rollout, now: Now) -> int:
    stands = rollout.standing(changed, now())
    why = f" ({changed.why})" if changed.why else ""
    say(f"release {changed.version}: {changed.state}{why}, ring {changed.ring + 1} of {len(changed.rings)}")
    say(f"{stands.arrived} of {stands.opened} stations that were heard of today run it")
    for code in stands.given_up:
        say(f"{code} tried it and went back")
    return 1 if stands.given_up else 0


def _ring(text: str) -> Ring:
    if text.endswith("%") and text[:-1].isdecimal():
        return int(text[:-1])
    names = [name for name in text.split(",") if name]
    if not names:
        msg = f"{text!r} is neither stations, like st-r101,st-r102, nor a share, like 25%"
        raise argparse.ArgumentTypeError(msg)
    return names
