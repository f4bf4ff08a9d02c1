import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from station.clock import HandClock
from station.journal import FILE_NAME
from station.salvage.examine import examine
from station.tap import Kind
from tests.fakes.station import entries_in, open_journal

ROOT = Path(__file__).parents[3]
ROUNDS = 8
TAPS_A_ROUND = 15


def kill_while_writing(folder: Path, after: int) -> int:
    """Let a process append, kill it in the midst, and return the last sequence it was told is stored."""
    command = [sys.executable, "-m", "tests.station.journal.journal_writer", str(folder)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=ROOT) as writer:
        assert writer.stdout is not None
        reported = [int(writer.stdout.readline()) for _ in range(after)]
        writer.send_signal(signal.SIGKILL)
        # What it still managed to say before it died counts as well.
        reported += [
            int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")
        ]
    assert reported == list(range(reported[0], reported[0] + len(reported)))
    return reported[-1]


@pytest.mark.journey
@pytest.mark.invariant(1, 3)
@pytest.mark.fault("P5")
@pytest.mark.parametrize(
    "rounds",
    [ROUNDS, pytest.param(1_000, id="thousand", marks=[pytest.mark.soak, pytest.mark.timeout(3_600)])],
)
def test_every_sequence_a_killed_station_had_reported_is_still_there(tmp_path: Path, rounds: int) -> None:
    for round_number in range(rounds):
        reported = kill_while_writing(tmp_path, TAPS_A_ROUND + round_number % ROUNDS)
        # Opening verifies the chain of the newest entries and that none of them is missing.
        journal = open_journal(tmp_path, HandClock())
        # One entry may have been stored without there being time to say so, and no more than one.
        assert reported <= journal.head.seq <= reported + 1
        journal.close()
    assert examine(tmp_path / FILE_NAME).problems == ()
    entries = entries_in(tmp_path)
    assert len(entries) == journal.head.seq
    assert sum(entry.kind == Kind.TAP for entry in entries) >= rounds * TAPS_A_ROUND
