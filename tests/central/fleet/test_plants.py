"""The simulator finds bugs: each planted one breaks an invariant within a stated number of seeds."""

import pytest

from central.fleet import plants
from central.fleet.plan import Plan, read_faults, shortened
from central.fleet.simulate import Outcome, shrink, simulate
from sync_agent.memory import Memory


def hunted(plant: str, faults: str, seeds: int, minutes: int = 8) -> list[Outcome]:
    """Return the broken runs among so many seeds, the first alone."""
    for seed in range(1, seeds + 1):
        with plants.planted(plant):
            outcome = simulate(Plan(seed, shortened(3, minutes), read_faults(faults), plant))
        if outcome.broken is not None:
            return [outcome]
    return []


@pytest.mark.parametrize(
    ("plant", "faults", "seeds"),
    [
        ("delete-on-ack", "server-restored", 4),
        ("no-rewind", "server-restored", 4),
        ("time-cursor", "clock", 2),
        ("no-idempotency", "loss", 2),
        ("light-before-fsync", "power-cut", 4),
        ("new-nonce-per-retry", "loss", 2),
        ("ack-before-store", "server-crash", 2),
    ],
)
def test_a_planted_bug_is_found_within_so_many_seeds(plant: str, faults: str, seeds: int) -> None:
    (outcome,) = hunted(plant, faults, seeds)
    assert f"--plant {plant}" in outcome.command


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_carrying_what_is_unacked_alone_is_found_where_a_restore_follows_a_parting() -> None:
    faults = "image-restored,clone,server-restored,server-restored-silently,loss"
    assert hunted("carry-only-unacked", faults, seeds=80, minutes=15)


def test_a_bug_is_pulled_up_again_when_its_run_is_over() -> None:
    right = Memory.accept
    with plants.planted("delete-on-ack"):
        assert Memory.accept is not right
    assert Memory.accept is right


def test_a_broken_run_is_shrunk_to_the_faults_it_takes() -> None:
    with plants.planted("time-cursor"):
        broken = simulate(Plan(1, shortened(3, 4), read_faults("clock,delay,partition"), "time-cursor"))
        assert broken.broken is not None
        smallest = shrink(broken)
    assert smallest.broken is not None
    assert smallest.broken.invariant is broken.broken.invariant
    assert len(smallest.plan.faults) <= 1
