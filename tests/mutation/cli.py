"""Change the law in small ways, in a copy, and see which changes no test of the law notices.

python -m tests.mutation                                all of central/law
python -m tests.mutation months tracks                  these modules
python -m tests.mutation --changed main --seconds 120   what differs from a commit, as far as time goes
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.modules import changed_since, mutable
from tests.mutation.result import Result, explained, read
from tests.mutation.workshop import lay_out, run

WANTED = 90
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "mutation.md"
_SAMPLED = 8
"""Modules to draw where nothing is known to have changed; about what two minutes are enough for."""


def main(arguments: Sequence[str]) -> int:
    """Mutate what was asked for; 1 when too few of the mutants tried were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="mutate central/law")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="of central/law; default: all")
    parser.add_argument("--changed", metavar="BASE", help="only the modules that differ from this commit")
    parser.add_argument("--seconds", type=float, metavar="N", help="stop after so long")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()), help="of the sample, where one is drawn"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work there and leave it")
    args = parser.parse_args(arguments)
    chosen = _chosen(args)
    if not chosen:
        print("no module of central/law has changed; nothing to mutate")
        return 0
    if args.keep:
        return _mutate(args.keep, chosen, args.seconds)
    with tempfile.TemporaryDirectory(prefix="rollbook-mutants-") as folder:
        return _mutate(Path(folder), chosen, args.seconds)


def _chosen(args: argparse.Namespace) -> list[str]:
    every = mutable(ROOT)
    if args.modules:
        unknown = sorted(set(args.modules) - set(every))
        if unknown:
            sys.exit(f"central/law has no rules in {', '.join(unknown)}; there are {', '.join(every)}")
        return list(args.modules)
    if args.changed is None:
        return every
    changed = changed_since(ROOT, args.changed)
    if changed is not None:
        found = [module for module in every if module in changed]
        print(f"changed since {args.changed}: {', '.join(found) or 'nothing'}")
        return found
    drawn = sorted(random.Random(args.seed).sample(every, min(_SAMPLED, len(every))))  # noqa: S311  a sample
    print(f"{args.changed} is not known here; a sample (seed {args.seed}): {', '.join(drawn)}")
    return drawn


def _mutate(folder: Path, chosen: Sequence[str], seconds: float | None) -> int:
    lay_out(ROOT, folder, chosen)
    began = time.monotonic()
    problem = run(folder, None if seconds is None else began + seconds)
    result = read(folder, chosen)
    if not result.tried:
        print(problem or "no mutant was tried in that time")
        return 1 if problem else 0
    return 0 if _report(result, time.monotonic() - began) >= WANTED else 1


def _report(result: Result, seconds: float) -> float:
    """Print what was found and return the score in percent; an explained survivor is not held against it."""
    reasons = explained(PAGE.read_text(encoding="utf-8"))
    for module, found in result.by_module.items():
        print(f"{module:24} {found.killed:5} noticed {found.survived:5} not {found.unchecked:5} not tried")
    bare = [survivor for survivor in result.survivors if survivor.key not in reasons]
    for survivor in bare:
        print(f"\n{survivor.name}\n  - {survivor.was}\n  + {survivor.now}")
    told = len(result.survivors) - len(bare)
    score = 100 * result.killed / max(1, result.tried - told)
    print(
        f"\n{result.killed} of {result.tried} mutants noticed, {told} others explained: {score:.1f} percent, "
        f"{WANTED} wanted; {len(bare)} without an explanation, {result.unchecked} not tried, {seconds:.0f} s"
    )
    return score
