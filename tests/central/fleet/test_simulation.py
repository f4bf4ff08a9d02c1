"""A whole fleet of the real parts on virtual time: what holds after all that befell it."""

import os
import subprocess
import sys
import time
from itertools import takewhile

import pytest

from central.fleet.invariants import Invariant
from central.fleet.plan import Fault, Plan, Scale, shortened, small, swarm
from central.fleet.simulate import Outcome, simulate

SEEDS, SECONDS = 100, 40.0
IDENTITY = frozenset({Fault.IMAGE, Fault.CLONE, Fault.FORGET, Fault.LOSS, Fault.CUT})
STORE = frozenset({Fault.RESTORE, Fault.SILENT, Fault.CRASH, Fault.REPEAT})
NETWORK = frozenset({Fault.LOSS, Fault.REPEAT, Fault.DELAY, Fault.TRUNCATION, Fault.PORTAL, Fault.PARTITION})
CLOCKS = frozenset({Fault.CLOCK, Fault.CUT, Fault.REBOOT})


def lived(seed: int, faults: frozenset[Fault], minutes: int = 8) -> Outcome:
    """Return what became of three stations under these faults; the run must have had some taps."""
    outcome = simulate(Plan(seed, shortened(3, minutes), faults))
    assert outcome.broken is None, f"{outcome.broken}; again: {outcome.command}"
    assert outcome.taps
    return outcome


@pytest.mark.invariant(1, 3, 7, 8, 9, 15, 16, 22, 42)
def test_a_fleet_nothing_happens_to_brings_every_tap_once_and_raises_no_alarm() -> None:
    outcome = lived(1, frozenset())
    # The last one is that the run came to its end at all.
    assert {invariant for invariant, _ in outcome.found} == set(Invariant) - {Invariant.RUNS_ON}
    assert not outcome.struck


@pytest.mark.invariant(7, 9, 13, 15, 18, 21)
@pytest.mark.fault("N1", "N2", "N3", "N4")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_network_that_loses_repeats_cuts_and_lies_changes_nothing(seed: int) -> None:
    lived(seed, NETWORK)


@pytest.mark.invariant(10, 15, 16, 17, 19)
@pytest.mark.fault("C1", "C2", "C3", "C4", "D5")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clones_and_images_part_and_every_tap_on_a_disk_arrives(seed: int) -> None:
    lived(seed, IDENTITY)


@pytest.mark.invariant(8, 14, 15)
@pytest.mark.fault("S1", "S2", "S3")
@pytest.mark.parametrize("seed", [1, 2])
def test_a_central_that_crashes_and_forgets_is_filled_again(seed: int) -> None:
    lived(seed, STORE)


@pytest.mark.invariant(22, 23, 24, 27)
@pytest.mark.fault("T3", "T4")
@pytest.mark.parametrize("seed", [1, 2])
def test_clocks_of_any_year_cost_no_tap_and_no_date_is_wrong(seed: int) -> None:
    lived(seed, CLOCKS)


@pytest.mark.invariant(5)
def test_what_a_full_disk_refuses_is_told_of() -> None:
    outcome = lived(2, frozenset({Fault.DISK}), minutes=15)
    told = dict(outcome.found)[Invariant.LOSS_IS_TOLD]
    assert not told.startswith("0 ")


@pytest.mark.timeout(300)
@pytest.mark.invariant(1, 3, 5, 7, 8, 9, 13, 15, 16, 17, 18, 22, 23)
def test_small_fleets_of_a_hundred_seeds_hold_or_as_many_as_there_is_time_for() -> None:
    end = time.monotonic() + SECONDS
    seeds = takewhile(lambda _: time.monotonic() < end, range(1, SEEDS + 1))
    outcomes = (simulate(Plan(seed, small(seed), swarm(seed))) for seed in seeds)
    assert [f"{one.broken}: {one.command}" for one in outcomes if one.broken is not None] == []


@pytest.mark.invariant(20)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_revoked_station_hears_no_yes_and_the_others_are_not_held_up(seed: int) -> None:
    lived(seed, frozenset({Fault.REVOKE, Fault.CUT}))


def test_the_same_seed_does_the_same_in_another_process_whatever_python_hashes() -> None:
    command = (
        "simulate-fleet",
        "--stations",
        "3",
        "--minutes",
        "4",
        "--seed",
        "11",
        "--faults",
        "loss,clone,clock",
    )
    said = {
        subprocess.run(
            [sys.executable, "-m", "central.cli", *command],
            env=os.environ | {"PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    }
    (told,) = said
    assert "# trace " in told.splitlines()[-1]


def test_another_seed_does_something_else() -> None:
    traces = {simulate(Plan(seed, Scale(3, minutes=4, poll_s=60))).trace for seed in (1, 2)}
    assert len(traces) == 2


def test_days_have_mornings_nights_and_bells() -> None:
    outcome = simulate(Plan(1, Scale(2, days=2, taps_a_day=10), frozenset({Fault.CUT})))
    assert outcome.broken is None, outcome.command
    assert outcome.taps >= 2 * 2 * 10 - 8


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_ten_thousand_small_fleets_hold() -> None:
    outcomes = (simulate(Plan(seed, small(seed), swarm(seed))) for seed in range(1, 10_001))
    assert [f"{one.broken}: {one.command}" for one in outcomes if one.broken is not None] == []


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_three_hundred_stations_live_through_twenty_school_days() -> None:
    outcome = simulate(Plan(1, Scale(300, days=20), frozenset(Fault)))
    assert outcome.broken is None, outcome.command
