"""How fast the agent carries a backlog over https: 500 entries a batch against one, and how many bytes."""

import argparse
import json
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import rows
from benchmarks.bell_central import Central
from benchmarks.rows import Row
from central.work import keys
from station.clock import HandClock, SystemClock
from station.journal import FILE_NAME, Identity, Journal, JournalReader
from station.tap import TOKEN_BYTES, Kind, Tap
from sync_agent.composing import Identity as AgentIdentity
from sync_agent.courier import HttpCourier
from sync_agent.exchange import Exchange
from sync_agent.memory import Memory
from sync_agent.memory_file import FILE_NAME as MEMORY_FILE
from sync_agent.memory_file import migrate
from sync_agent.outbox import Limits, Outbox
from sync_agent.outcome import Acked
from sync_agent.ports import Reply
from sync_agent.wire import MAX_ENTRIES
from tests.fakes.certificates import Authority
from tests.fakes.virtual_station import SCHOOL, SW, VirtualStation

ENTRIES: Final = 15_000
ROUNDS: Final = 3
SIZES: Final = (1, 100, MAX_ENTRIES)
_PARTS: Final = {1: 50, 100: 5, MAX_ENTRIES: 1}
"""One part of so many is carried in smaller batches, so that all take about as long."""
_APART_MS: Final = 700
"""From one student at a door to the next."""
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Carried:
    """What one agent did: entries a second, processor microseconds and bytes an entry."""

    rate: float
    cpu_us: float
    bytes_each: float


class _Weighed(HttpCourier):
    """Counts the bytes of batches."""

    sent_bytes = 0

    def send_batch(self, message: bytes, idempotency_key: str) -> Reply:
        self.sent_bytes += len(message)
        return super().send_batch(message, idempotency_key)


def carry(folder: Path, central: Central, ca_file: Path, station: VirtualStation, size: int) -> Carried:
    """Carry the journal in a folder with so many entries a batch until central has all of it."""
    migrate(folder / MEMORY_FILE)
    memory = Memory.open(folder / MEMORY_FILE)
    courier = _Weighed(f"https://127.0.0.1:{central.port}", station.name, SW, ca_file)
    server_key = keys.signing_key(central.data / "keys", keys.ACK).verify_key
    identity = AgentIdentity(station.name, station.key, server_key, SW)
    outbox = Outbox(JournalReader(folder / FILE_NAME), memory)
    clock, nonce = SystemClock(boot=1), partial(secrets.token_bytes, 16)
    exchange = Exchange(identity, courier, outbox, memory, clock, nonce)
    began, used, rounds = time.perf_counter(), time.process_time(), 0
    while True:
        # An agent takes as much as it may; here it takes as much as is measured.
        exchange._limits = Limits(size)  # noqa: SLF001  what is measured is the inside
        outcome = exchange.round()
        rounds += 1
        if isinstance(outcome, Acked) and not outcome.more:
            break
        assert rounds < 10 * ENTRIES, outcome
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - used
    courier.close()
    memory.close()
    return Carried(outcome.seq / took_s, 1e6 * cpu_s / outcome.seq, courier.sent_bytes / outcome.seq)


def measure(folder: Path, entries: int, rounds: int) -> dict[int, list[Carried]]:
    """Carry journals of stations of their own, in turns, to one central."""
    now = datetime.now(UTC)
    authority = Authority(folder, "bench", now)
    authority.serve_as("127.0.0.1", now - _A_DAY, now + _A_DAY)
    pem = folder / "server.pem"
    central = Central(folder, f'[tls]\ncertificate = "{pem}"\nkey = "{pem}"\n', tls=False)
    turns = [(VirtualStation(f"st-{number}-{size}"), size) for number in range(rounds) for size in SIZES]
    ring = {station.name: station.keyring_entry() for station, _ in turns}
    central.commission(json.dumps({"v": 1, "stations": ring}))
    found: dict[int, list[Carried]] = {size: [] for size in SIZES}
    with central:
        for station, size in turns:
            place = folder / station.name
            place.mkdir()
            _fill(place, station, entries // _PARTS[size])
            found[size].append(carry(place, central, authority.file, station, size))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on the disk asked for, print a line for each, leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = measure(Path(folder), options.entries, options.rounds)
    all_, one = found[MAX_ENTRIES], found[1]
    ratio = statistics.median(many.rate / few.rate for many, few in zip(all_, one, strict=True))
    lines = [
        Row("carried over https, 500 a batch : 1 a batch, entries a second", ratio, ">= 100"),
        Row(
            "bytes a tap, 100 a batch", statistics.median(each.bytes_each for each in found[100]), "<= 20", ""
        ),
    ]
    for size, carried in found.items():
        rate, cpu = (
            statistics.median(getattr(each, name) for each in carried) for name in ("rate", "cpu_us")
        )
        print(f"carrying: {size} a batch: {rate:,.0f} entries a second, {cpu:.0f} us of the agent each")
    rows.write(
        options.json, lines, {str(size): [each.rate for each in carried] for size, carried in found.items()}
    )
    print(rows.table(lines))
    return 0


def _fill(folder: Path, station: VirtualStation, entries: int) -> None:
    clock, identity = HandClock(), Identity(station.name, SCHOOL, SW)
    journal = Journal.open(folder / FILE_NAME, identity, clock.reading(), partial(secrets.randbits, 62))
    for _ in range(entries):
        clock.advance(_APART_MS)
        journal.append(
            Kind.TAP, Tap(secrets.token_bytes(TOKEN_BYTES), "k1", "nfc").payload(), clock.reading()
        )
    journal.close()


if __name__ == "__main__":
    sys.exit(main())
