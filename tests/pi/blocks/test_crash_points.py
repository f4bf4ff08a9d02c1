from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from station import parts
from tests.crash.scene import EARLY, UNSAFE
from tests.pi.blocks.cuts import Cache
from tests.pi.blocks.disk import needs_a_disk_that_logs
from tests.pi.blocks.exploring import Exploration
from tests.pi.blocks.life import live
from tests.pi.blocks.writes import Flush

pytestmark = [
    *needs_a_disk_that_logs,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        "rpi-lgpio" not in parts.gpio_libraries().says,
        reason="rpi-lgpio is missing: pip install rpi-lgpio lets the real library drive the lamps",
    ),
]

TAPS = (40, 20)
"""In a life that ends at once, and in one that ends in order."""
FEW_TAPS = (8, 4)
DRAWS = 3


@pytest.mark.invariant(1, 3, 4, 6)
@pytest.mark.fault("P1", "P3", "P4")
def test_no_power_cut_of_sixty_taps_takes_what_a_lamp_had_confirmed(
    pool: ProcessPoolExecutor, memory: Path, record_property: Callable[[str, object], None]
) -> None:
    life = pool.submit(live, memory, TAPS).result()
    assert len(life.lights) == len(life.taps) == sum(TAPS)
    # Each light waited for a flush of its own, and the log has them all.
    assert sum(isinstance(change, Flush) for change in life.changes) >= sum(TAPS)
    for cache in Cache:
        explored = Exploration(life.blank, life.changes, cache, life.examine, DRAWS).run(pool, memory)
        record_property("figure", f"crash points of {sum(TAPS)} taps, {cache.value}: {explored}")
        assert explored.losses == []
        assert explored.states >= sum(TAPS)


@pytest.mark.parametrize("fault", [*UNSAFE, EARLY])
@pytest.mark.invariant(1)
@pytest.mark.fault("P2")
def test_a_station_that_is_not_safe_is_found_out_on_the_disk(
    pool: ProcessPoolExecutor, memory: Path, fault: str, record_property: Callable[[str, object], None]
) -> None:
    life = pool.submit(live, memory, FEW_TAPS, fault).result()
    for cache in Cache:
        explored = Exploration(life.blank, life.changes, cache, life.examine).run(pool, memory)
        record_property("figure", f"crash points, control {fault}, {cache.value}: {explored}")
        assert any("lost that a light had confirmed" in loss for loss in explored.losses)
