"""The command `simulate-fleet`: a fleet of the real parts on virtual time, struck by faults, and judged."""

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING

from central.commands import Now, say
from central.config import CentralConfig
from central.errors import UnavailableError

if TYPE_CHECKING:
    from central.fleet.plan import Fault, Plan
    from central.fleet.simulate import Outcome

HELP = "let a fleet of real stations live through faults on virtual time, and hold it against the invariants"

_EVERY = 500
_MOST_TOLD = 24


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask which fleet, for how long, and which faults."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--seed", type=int, default=1, help="everything random comes from this number")
    which.add_argument(
        "--seeds", metavar="A..B", help="run every seed from A to B, each a small fleet by default"
    )
    parser.add_argument("--stations", type=int, help="how many stations; drawn from the seed if left out")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--days", type=int, help="so many school days, with nights and weekends between them")
    length.add_argument(
        "--minutes", type=int, help="one stretch of so many minutes; drawn from the seed if left out"
    )
    parser.add_argument("--taps", type=int, default=40, help="taps a station and school day (40)")
    faults = parser.add_mutually_exclusive_group()
    faults.add_argument(
        "--swarm", action="store_true", help="draw from each seed which kinds of fault strike"
    )
    faults.add_argument("--faults", metavar="LIST", help="these kinds alone, comma between them, or none")
    parser.add_argument("--plant", metavar="BUG", help="plant a bug the run has to find; `list` names them")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Run every seed asked for; 1 when an invariant broke, with the smallest run that breaks it."""
    del config, now
    try:
        # Whoever runs central alone need not have what stations and agents are made of.
        from central.fleet import plants
    except ImportError as error:
        msg = f"a fleet needs what stations run on ({error}); install rollbook[station,sync,central]"
        raise UnavailableError(msg) from error
    if args.plant == "list":
        for name, what in plants.PLANTS.items():
            say(f"{name:22} {what.says}")
        return 0
    first, last = _seeds(args)
    broken = Counter[str]()
    taps = 0
    for seed in range(first, last + 1):
        outcome = _simulated(args, seed)
        taps += outcome.taps
        if outcome.broken is not None:
            broken[outcome.broken.invariant.name] += 1
        _tell(outcome, is_new=broken.total() == 1, is_alone=first == last)
        if (seed - first + 1) % _EVERY == 0:
            say(f"{seed - first + 1} seeds, {broken.total()} broken, {taps} green taps")
            sys.stdout.flush()
    if first != last:
        say(f"{last - first + 1} seeds from {first} to {last}: {broken.total()} broken, {taps} green taps")
        for name, number in sorted(broken.items()):
            say(f"{number:7} {name}")
    return 1 if broken else 0


def _simulated(args: argparse.Namespace, seed: int) -> "Outcome":
    from central.fleet import plants
    from central.fleet.simulate import simulate

    with plants.planted(args.plant):
        return simulate(_plan(args, seed))


def _plan(args: argparse.Namespace, seed: int) -> "Plan":
    from central.fleet.plan import Plan, Scale, shortened, small

    drawn = small(seed)
    stations = args.stations or drawn.stations
    if args.days:
        scale = Scale(stations, days=args.days, taps_a_day=args.taps)
    else:
        scale = shortened(stations, args.minutes or drawn.minutes)
    return Plan(seed, scale, _faults(args, seed), args.plant)


def _faults(args: argparse.Namespace, seed: int) -> "frozenset[Fault]":
    from central.fleet.plan import Fault, read_faults, swarm

    if args.faults is not None:
        try:
            return read_faults(args.faults)
        except ValueError as error:
            msg = f"{error}; name kinds of fault: {', '.join(Fault)}"
            raise UnavailableError(msg) from error
    return swarm(seed) if args.swarm or args.seeds or not args.days else frozenset(Fault)


def _seeds(args: argparse.Namespace) -> tuple[int, int]:
    if not args.seeds:
        return args.seed, args.seed
    first, _, last = args.seeds.partition("..")
    try:
        return int(first), int(last)
    except ValueError as error:
        msg = f"{args.seeds!r} names no seeds; write them like 1..100"
        raise UnavailableError(msg) from error


def _tell(outcome: "Outcome", *, is_new: bool, is_alone: bool) -> None:
    if outcome.broken is None:
        if is_alone:
            _tell_whole(outcome)
        return
    say(f"BROKEN {outcome.broken}")
    if is_new or is_alone:
        for line in outcome.last[-_MOST_TOLD:]:
            say(f"    {line}")
    if is_new and outcome.plan.plant is None and outcome.plan.scale.is_short:
        from central.fleet.simulate import shrink

        outcome = shrink(outcome)
        say(f"  shrunk to the faults it takes: {outcome.broken}")
    say(f"  again: {outcome.command}  # trace {outcome.trace}")
    sys.stdout.flush()


def _tell_whole(outcome: "Outcome") -> None:
    say(f"{outcome.taps} green taps, {outcome.entries} entries, {outcome.exchanges} exchanges")
    say(f"struck by: {outcome.struck or 'nothing'}")
    for invariant, figures in outcome.found:
        say(f"held  {invariant.value}: {figures}")
    say(f"again: {outcome.command}  # trace {outcome.trace}")
