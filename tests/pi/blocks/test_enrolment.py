from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.pi.blocks.cuts import Cache
from tests.pi.blocks.disk import needs_a_disk_that_logs
from tests.pi.blocks.enrolling import enrol
from tests.pi.blocks.exploring import Exploration
from tests.pi.blocks.neighbour import FSYNC

pytestmark = [*needs_a_disk_that_logs, pytest.mark.timeout(900)]

BOARDS = 4


def test_no_power_cut_parts_a_board_from_the_key_its_token_was_used_with(
    pool: ProcessPoolExecutor, memory: Path, record_property: Callable[[str, object], None]
) -> None:
    came = pool.submit(enrol, memory, BOARDS).result()
    assert len(came.used) == len(came.done) == BOARDS
    for cache in Cache:
        explored = Exploration(came.blank, came.changes, cache, came.examine).run(pool, memory)
        record_property("figure", f"crash points of {BOARDS} enrolments, {cache.value}: {explored}")
        assert explored.losses == []


def test_a_key_that_nobody_flushed_is_found_out(pool: ProcessPoolExecutor, memory: Path) -> None:
    came = pool.submit(enrol, memory, 2, FSYNC).result()
    explored = Exploration(came.blank, came.changes, Cache.IN_ORDER, came.examine).run(pool, memory)
    assert any("cannot enrol any more" in loss for loss in explored.losses)
