from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.fakes.updating import DEAD, WELL
from tests.pi.blocks.cuts import Cache
from tests.pi.blocks.disk import needs_a_disk_that_logs
from tests.pi.blocks.exploring import Exploration
from tests.pi.blocks.neighbour import FSYNC, SYNC
from tests.pi.blocks.updating import FROM, TO, update

pytestmark = [*needs_a_disk_that_logs, pytest.mark.timeout(900)]


@pytest.mark.parametrize(("way", "ends_at"), [(WELL, TO), (DEAD, FROM)])
def test_wherever_the_power_of_the_disk_is_cut_a_release_runs_and_the_update_comes_to_its_end(
    pool: ProcessPoolExecutor,
    memory: Path,
    way: str,
    ends_at: str,
    record_property: Callable[[str, object], None],
) -> None:
    came = pool.submit(update, memory, way, ends_at).result()
    assert came.begun
    for cache in Cache:
        explored = Exploration(came.blank, came.changes, cache, came.examine, since=came.since).run(
            pool, memory
        )
        record_property("figure", f"crash points of an update to {ends_at}, {cache.value}: {explored}")
        assert explored.losses == []


@pytest.mark.parametrize(
    ("forgotten", "found"),
    [(FSYNC, "the board cannot go on"), (SYNC, f"{TO} is called complete, and is not")],
)
def test_a_flush_that_an_update_forgets_is_found_out(
    pool: ProcessPoolExecutor, memory: Path, forgotten: str, found: str
) -> None:
    came = pool.submit(update, memory, WELL, TO, forgotten).result()
    exploration = Exploration(came.blank, came.changes, Cache.IN_ORDER, came.examine, since=came.since)
    assert any(found in loss for loss in exploration.run(pool, memory).losses)
