import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from station.clock import HandClock
from station.tap import Kind
from tests.fakes.station import entries_in, open_journal

ROOT = Path(__file__).parents[2]
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
def test_every_sequence_a_killed_station_had_reported_is_still_there(tmp_path: Path) -> None:
    for round_number in range(ROUNDS):
        reported = kill_while_writing(tmp_path, TAPS_A_ROUND + round_number)
        # Opening verifies the chain and that nothing is missing.
        journal = open_journal(tmp_path, HandClock())
        # One entry may have been stored without there being time to say so, and no more than one.
        assert reported <= journal.head.seq <= reported + 1
        assert len(entries_in(tmp_path)) == journal.head.seq
        journal.close()
    assert sum(entry.kind == Kind.TAP for entry in entries_in(tmp_path)) >= ROUNDS * TAPS_A_ROUND
