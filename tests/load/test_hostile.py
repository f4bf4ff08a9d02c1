"""One hostile station with a valid key against everybody else's patience."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.fakes.data_folder import lay_out
from tests.fakes.flood import flooding
from tests.fakes.herd import stations
from tests.fakes.intake import SERVER
from tests.fakes.intake_process import IntakeProcess, Line
from tests.fakes.virtual_station import VirtualStation

pytestmark = [pytest.mark.journey, pytest.mark.invariant(40), pytest.mark.fault("L1", "N5")]

TALKS = 300
HONEST = 60
"""So many that none of them asks more often than a station may while others wait."""
ROUNDS = 5


@pytest.mark.soak
def test_one_hostile_station_does_not_double_what_the_others_wait(tmp_path: Path) -> None:
    everybody = stations(1 + HONEST)
    config = lay_out(tmp_path / "central", everybody)
    ratios = []
    with IntakeProcess(config) as intake:
        line = Line(intake.port)
        for station in everybody[1:]:
            assert line.post(station.registration()).status == 200
        for _ in range(ROUNDS):
            alone = _median_s(line, everybody[1:])
            with flooding(intake.port) as answered:
                ratios.append(_median_s(line, everybody[1:]) / alone)
            print(f"median {ratios[-1]:.2f} times that without; {dict(answered)}")  # noqa: T201  figures
        line.close()
    assert statistics.median(ratios) <= 2


def _median_s(line: Line, honest: Sequence[VirtualStation]) -> float:
    """Let each station tap and tell it at once, in turns; nobody else is refused anything meanwhile."""
    took = []
    for number in range(TALKS):
        station = honest[number % len(honest)]
        station.tap(f"04{number:012x}")
        message = station.batch()
        began = time.perf_counter()
        answer = line.post(message)
        took.append(time.perf_counter() - began)
        assert answer.status == 200
        station.take(answer.body, SERVER)
    return statistics.median(took)
