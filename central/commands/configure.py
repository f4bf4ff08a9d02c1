"""The command `configure`: set how often stations do what they do, or show what is in force and why."""

import argparse

from central.commands import Now, author, say
from central.config import CentralConfig
from central.work.configure import TAKEN_BACK, InForce, Wish, allowed, configure, in_force, read
from central.work.publish import publish
from sync_agent.settable import SETTABLE

HELP = "set how often stations talk and say they are alive, or show what is in force and why"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask what for which station; nothing to set shows what is in force."""
    parser.add_argument("--station", metavar="NAME", help="for this station alone, like st-r101")
    parser.add_argument("--by", metavar="NAME", help="who decided it; otherwise who types")
    parser.add_argument(
        "settings", nargs="*", metavar="name=value", help=f"like poll_s=60; name={TAKEN_BACK} takes it back"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Set and publish, or show."""
    if not args.settings:
        _show(in_force(args.station))
        return 0
    wish = Wish(args.station, read(args.settings))
    is_new = configure(wish, now(), args.by or author())
    configured = publish(config, now()).configured
    say(f"{configured} stations get a new configuration" if is_new else "that is in force already")
    return 0


def _show(said: dict[str, InForce]) -> None:
    for name, setting in SETTABLE.items():
        one = said.get(name)
        say(f"{name:18} {f'{one.value:g} s' if one else 'as delivered'}")
        say(f"    {setting.does} May be {allowed(name)}.")
        if one:
            where = f"for {one.station}" if one.station else "for the whole school"
            say(f"    Set {where} on {one.at:%Y-%m-%d %H:%M} UTC by {one.by}.")
