"""The real agent in a process of its own, turned without rest, which then says what that took."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


def drained(settings: Path, most_turns: int, patience_s: float = 1_800.0) -> Mapping[str, int]:
    """Run the agent of a settings file until central has everything, or for so many turns.

    Returns how many `turns` it took, how many entries are `waiting` still, and the process' largest
    resident memory, `peak_kib`.
    """
    command = [sys.executable, "-m", "tests.fakes.lone_agent", str(settings), str(most_turns)]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=patience_s
    )
    told: dict[str, int] = json.loads(done.stdout)
    return told


def _turn(settings: Path, most_turns: int) -> dict[str, int]:
    from sync_agent.assembly import assembled
    from sync_agent.config import read
    from sync_agent.memory_file import FILE_NAME, migrate
    from sync_agent.state import State

    read_settings = read(settings)
    migrate(read_settings.state_dir / FILE_NAME)
    turns = 0
    with assembled(read_settings) as agent:
        while turns < most_turns and agent.state is not State.IDLE:
            agent.turn()
            turns += 1
        waiting = agent.parts.outbox.backlog().entries
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return {"turns": turns, "waiting": waiting, "peak_kib": int(peak)}


if __name__ == "__main__":
    print(json.dumps(_turn(Path(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201  the parent reads it
