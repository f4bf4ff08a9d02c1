"""What a draining agent costs the tap path: taps beside it against taps alone, and the locks it takes."""

import argparse
import re
import secrets
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, cast

from benchmarks import rows
from benchmarks.rows import Row
from station.clock import SystemClock
from station.errors import JournalError
from station.journal import FILE_NAME, Identity, Journal
from station.tap import Json, Kind, Tap
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE

ENTRIES = 100_000
ROUNDS = 5
TAPS = 600
PAUSE_S = 0.004
"""Between two taps: a hundred times the rate of the busiest door, so that the tail is well filled."""

_BULK = 2_000
_STATION, _SCHOOL = "st-r101", "34000000123456"
_SHM = "journal.sqlite-shm"
# SQLite's locks on a write-ahead log are bytes of its -shm file: to write, to checkpoint, to recover.
_WRITER_BYTES = range(120, 123)
_LOCK = re.compile(r"fcntl\(\d+<([^>]*)>, F_SETLKW?, \{l_type=F_WRLCK, l_whence=SEEK_SET, l_start=(\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened: ratios of the tap path's latency, refused taps, and what the agent got done.

    `control` is what the tail of taps alone makes of itself, measured anew: no ratio is known better.
    """

    p50_ratio: float
    p99_ratio: float
    control: float
    busy: int
    drained: int
    writer_locks: int | None


def measure(folder: Path, entries: int, rounds: int, taps: int) -> Outcome:
    """Tap alone, beside an agent that drains `entries`, and alone; watch once which locks it takes."""
    journal, alone, beside, again, drained = _filled(folder, entries), _Run(), _Run(), _Run(), 0
    try:
        for _ in range(rounds):
            _tap(journal, alone, taps)
            with _draining(folder) as agent:
                _tap(journal, beside, taps)
                drained += int(agent.communicate()[0])
            _tap(journal, again, taps)
        locks = _writer_locks(folder)
    finally:
        journal.close()
    quiet = _Run([*alone.latencies, *again.latencies])
    middle, tail = (beside.percentile(percent) / quiet.percentile(percent) for percent in (50, 99))
    control = again.percentile(99) / alone.percentile(99)
    return Outcome(middle, tail, control, alone.busy + beside.busy + again.busy, drained, locks)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on the disk asked for, print one line, leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--taps", type=int, default=TAPS, help="so many in each turn")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--agent", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.agent is not None:
        print(_drain(options.agent))
        return 0
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        outcome = measure(Path(folder), options.entries, options.rounds, options.taps)
    locks = "not counted (no strace)" if outcome.writer_locks is None else str(outcome.writer_locks)
    print(
        f"drain: a tap beside a draining agent takes {outcome.p50_ratio:.2f} times at p50 and"
        f" {outcome.p99_ratio:.2f} times at p99 what it takes alone ({options.rounds} rounds;"
        f" alone against alone p99 {outcome.control:.2f}); {outcome.drained} entries drained,"
        f" {outcome.busy} taps refused as busy, writer's locks taken by the agent: {locks}"
    )
    found = [
        Row("a tap beside a draining agent : alone, p50", outcome.p50_ratio),
        Row("a tap beside a draining agent : alone, p99", outcome.p99_ratio),
        Row("a tap alone : alone anew, p99", outcome.control),
        Row("taps refused beside a draining agent", outcome.busy, "= 0", ""),
    ]
    if outcome.writer_locks is not None:
        found.append(Row("writer's locks a draining agent takes", outcome.writer_locks, "= 0", ""))
    rows.write(options.json, found, asdict(outcome))
    return 0


@dataclass(slots=True)
class _Run:
    latencies: list[float] = field(default_factory=list)
    busy: int = 0

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.latencies, n=100)[percent - 1]


def _tap(journal: Journal, run: _Run, count: int) -> None:
    clock = SystemClock(boot=1)
    for _ in range(count):
        payload = Tap(secrets.token_bytes(16), "k1", "nfc").payload()
        began = time.perf_counter()
        try:
            journal.append(Kind.TAP, payload, clock.reading())
        except JournalError as error:
            run.busy += getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
        run.latencies.append(time.perf_counter() - began)
        time.sleep(PAUSE_S)


def _filled(folder: Path, entries: int) -> Journal:
    clock, identity = SystemClock(boot=1), Identity(_STATION, _SCHOOL, "benchmark")
    journal = Journal.open(folder / FILE_NAME, identity, clock.reading(), partial(secrets.randbits, 63))
    for start in range(0, entries, _BULK):
        count = min(_BULK, entries - start)
        items: list[tuple[Kind, Json]] = [
            (Kind.TAP, Tap(secrets.token_bytes(16), "k1", "nfc").payload()) for _ in range(count)
        ]
        journal.append_all(items, clock.reading())
    # Whoever waits for a lock would hide that there was one.
    journal._connection.execute("PRAGMA busy_timeout = 0")  # noqa: SLF001 (what is measured here is the inside)
    return journal


@contextmanager
def _draining(folder: Path, *before: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run an agent's core in a process of its own, once it has begun, with a central that answers at once."""
    (folder / MEMORY_FILE).unlink(missing_ok=True)
    command = [*before, sys.executable, "-m", "benchmarks.drain", "--agent", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as agent:
        try:
            # Its start reads a hundred files and makes a database: no part of draining.
            cast("IO[bytes]", agent.stdout).readline()
            yield agent
        finally:
            agent.kill()


def _drain(folder: Path) -> int:
    """Drain the journal in a folder and return how many entries central then has."""
    # Here, because only the child needs it and the parent is to stay as light as a station.
    from station.journal import JournalReader
    from sync_agent.composing import Identity as AgentIdentity
    from sync_agent.exchange import Acked, Exchange
    from sync_agent.memory import Memory
    from sync_agent.memory_file import migrate
    from sync_agent.outbox import Outbox
    from tests.fakes.central_rules import ACK_KEY, CentralRules
    from tests.fakes.sync_agent import STATION_KEY, DirectCourier

    migrate(folder / MEMORY_FILE)
    memory = Memory.open(folder / MEMORY_FILE)
    outbox = Outbox(JournalReader(folder / FILE_NAME), memory)
    identity = AgentIdentity(_STATION, STATION_KEY, ACK_KEY.verify_key, "benchmark")
    courier = DirectCourier(CentralRules(STATION_KEY.verify_key))
    clock, nonce = SystemClock(boot=1), partial(secrets.token_bytes, 16)
    exchange = Exchange(identity, courier, outbox, memory, clock, nonce)
    print("begun", flush=True)
    while True:
        outcome = exchange.round()
        courier.carried.clear()
        if isinstance(outcome, Acked) and not outcome.more:
            memory.close()
            return outcome.seq


def _writer_locks(folder: Path) -> int | None:
    """Count the locks of a writer the agent takes on the journal, None where nobody can look."""
    strace, trace = shutil.which("strace"), folder / "trace"
    if strace is None:
        return None
    options = ["-f", "-y", "-qq", "-e", "trace=fcntl", "-e", "signal=none", "-o", str(trace)]
    with _draining(folder, strace, *options) as agent:
        agent.communicate()
    found = map(_LOCK.search, trace.read_text(encoding="utf-8", errors="replace").splitlines())
    return sum(match[1].endswith(_SHM) and int(match[2]) in _WRITER_BYTES for match in found if match)


if __name__ == "__main__":
    sys.exit(main())
