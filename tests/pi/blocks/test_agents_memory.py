from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.crash.scene import UNSAFE
from tests.pi.blocks.cuts import Cache
from tests.pi.blocks.disk import needs_a_disk_that_logs
from tests.pi.blocks.exploring import Exploration
from tests.pi.blocks.remembering import remember

pytestmark = [*needs_a_disk_that_logs, pytest.mark.timeout(900)]

BEFORE, TALKS = 3, 12


@pytest.mark.parametrize("before", [0, BEFORE], ids=["a new card", "an earlier release"])
@pytest.mark.fault("E2")
@pytest.mark.invariant(6)
def test_no_power_cut_takes_what_the_agent_had_on_the_disk_nor_its_memory_of_an_earlier_release(
    pool: ProcessPoolExecutor, memory: Path, before: int, record_property: Callable[[str, object], None]
) -> None:
    came = pool.submit(remember, memory, before, TALKS).result()
    for cache in Cache:
        explored = Exploration(came.blank, came.changes, cache, came.examine).run(pool, memory)
        talks = f"crash points of an agent's {TALKS} talks after {before}"
        record_property("figure", f"{talks}, {cache.value}: {explored}")
        assert explored.losses == []


@pytest.mark.parametrize("fault", UNSAFE)
def test_an_agent_whose_memory_is_not_safe_is_found_out(
    pool: ProcessPoolExecutor, memory: Path, fault: str
) -> None:
    came = pool.submit(remember, memory, BEFORE, 4, UNSAFE[fault]).result()
    explored = Exploration(came.blank, came.changes, Cache.IN_ORDER, came.examine).run(pool, memory)
    # In the second of these modes it does not even come to itself again.
    found = ("moments of the agent's memory are lost", "the agent cannot go on")
    assert any(each in loss for loss in explored.losses for each in found)
