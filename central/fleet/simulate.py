"""Run one seed in a folder of its own, and say what held or what broke, with the way to see it again."""

import logging
import shutil
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from central.fleet.checks import check
from central.fleet.fleet import Fleet
from central.fleet.invariants import Broken, Invariant
from central.fleet.plan import Fault, Plan, names
from central.fleet.times import Found

MEMORY: Final = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one run: its trace, what held, and what broke with the last happenings before it."""

    plan: Plan
    trace: str
    found: Sequence[Found]
    broken: Broken | None = None
    last: Sequence[str] = ()
    taps: int = 0
    entries: int = 0
    exchanges: int = 0
    struck: str = ""

    @property
    def command(self) -> str:
        """Return the command that does all of this again."""
        scale = self.plan.scale
        length = f"--minutes {scale.minutes}" if scale.is_short else f"--days {scale.days}"
        planted = f" --plant {self.plan.plant}" if self.plan.plant else ""
        faults = names(self.plan.faults)
        return (
            f"rollbook-central simulate-fleet --stations {scale.stations} {length}"
            f" --seed {self.plan.seed} --faults {faults}{planted}"
        )


def simulate(plan: Plan) -> Outcome:
    """Carry out one run; an invariant that does not hold is part of the outcome."""
    home = MEMORY if MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="rollbook-fleet-", dir=home))
    logging.disable(logging.CRITICAL)
    try:
        return _run(Fleet(plan, folder))
    finally:
        logging.disable(logging.NOTSET)
        shutil.rmtree(folder, ignore_errors=True)


def shrink(outcome: Outcome) -> Outcome:
    """Leave out one kind of fault after the other for as long as the same invariant breaks."""
    assert outcome.broken is not None  # noqa: S101  there is nothing to shrink otherwise
    smallest = outcome
    for fault in Fault:
        if fault not in smallest.plan.faults:
            continue
        tried = simulate(smallest.plan.without(fault))
        if tried.broken is not None and tried.broken.invariant is outcome.broken.invariant:
            smallest = tried
    return smallest


def _run(fleet: Fleet) -> Outcome:
    found: list[Found] = []
    broken: Broken | None = None
    try:
        fleet.run()
        found.extend(check(fleet))
    except Broken as error:
        broken = error
    except Exception as error:  # noqa: BLE001  whatever it was, a program of the fleet did not expect it
        where = traceback.extract_tb(error.__traceback__)[-1]
        said = str(error).replace(str(fleet.folder), "")
        found_at = f"{type(error).__name__}: {said} ({Path(where.filename).name}:{where.lineno})"
        broken = Broken(Invariant.RUNS_ON, "", found_at)
    finally:
        fleet.close()
    clockwork, calamity = fleet.clockwork, fleet.calamity
    outcome = Outcome(
        plan=fleet.plan,
        trace=clockwork.trace,
        found=found,
        broken=broken,
        taps=len(fleet.world.witness.green),
        entries=fleet.held.entries,
        exchanges=fleet.world.network.carried,
        struck=", ".join(f"{fault} {calamity.struck[fault]}" for fault in Fault if fault in calamity.struck),
    )
    if broken is None:
        return outcome
    last = [
        line for who, lines in clockwork.recent.items() if who.startswith(broken.station) for line in lines
    ]
    return replace(outcome, last=last)
