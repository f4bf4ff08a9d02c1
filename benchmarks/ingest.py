"""What central takes in over HTTP with everything on, against bare rows and other programs, in turns."""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from benchmarks import closed_loop, ingest_peers, rows, signed_load
from benchmarks.bell_central import Central
from benchmarks.ingest_bare import ROWS, Bare
from benchmarks.processes import cpu_s, family
from benchmarks.rows import Row
from sync_agent.wire import MAX_ENTRIES
from tests.fakes import postgres

SIZES: Final = {1: 600, 5: 600, 20: 800, 100: 300, MAX_ENTRIES: 120}
"""How many requests of so many entries are one turn; the protocol takes no more than the last in one."""
PEERS_SIZES: Final = {1: 150, 20: 60, 100: 30, MAX_ENTRIES: 10}
SLOW_SIZES: Final = {1: 32, 20: 8}
ROUNDS: Final = 3
BRIEF: Final = {20: 40}
_STORES: Final = ("sqlite", "postgresql")
_PEERS: Final = ("pocketbase", "datasette", "kinto")
_POSTGRES: Final = '[postgres]\nurl = "{url}"\nlea = "3400000"\nschool = "34000000123456"\n'
_APART: Final = 100_000
"""Numbers of stations between one size and the next."""
_LATELY_MS: Final = 1_789_000_000_000
_HALF_OF_COPY = {20: "0.5", 100: "1", MAX_ENTRIES: "1.5"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What one turn took in: entries a second, and processor microseconds an entry of server and sender."""

    rate: float
    server_us: float = 0.0
    client_us: float = 0.0
    p99_ms: float = 0.0


Turn: TypeAlias = Callable[[int], Taken | None]
"""Takes a turn with so many entries a request; None where this side has no such turn."""


@dataclass(slots=True)
class Intake:
    """A central whose stations send each its one batch; the same stations send to every central."""

    port: int
    pids: Callable[[], list[int]]
    is_tls: bool
    batches: dict[int, Iterator[bytes]]
    sizes: Mapping[int, int]

    def turn(self, entries: int) -> Taken:
        """Send the next batches of this size."""
        requests = [next(self.batches[entries]) for _ in range(self.sizes[entries])]
        return _sent(requests, entries, self.port, self.pids(), is_tls=self.is_tls)


@dataclass(slots=True)
class Bench:
    """Everybody who takes a turn, by name, and what each has taken in, by entries a request."""

    folder: Path
    things: ExitStack
    sizes: Mapping[int, int]
    rounds: int
    turns: dict[str, Turn] = field(default_factory=dict)
    taken: dict[str, dict[int, list[Taken]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add_centrals(self, cluster: postgres.Cluster, stores: Sequence[str]) -> None:
        """Start one central for each store, with TLS and without, and make all stations known to each."""
        made = {
            entries: signed_load.make(count * self.rounds, entries, first=index * _APART)
            for index, (entries, count) in enumerate(self.sizes.items())
        }
        everybody = [station for stations in made.values() for station in stations]
        random.shuffle(everybody)
        keyring = json.dumps(signed_load.keyring(everybody))
        for store in stores:
            for is_tls in (False, True) if self.sizes is not BRIEF else (False,):
                name = store + (" TLS" if is_tls else "")
                folder = self.folder / name.replace(" ", "-")
                folder.mkdir()
                settings = _POSTGRES.format(url=cluster.create(folder.name)) if store == "postgresql" else ""
                central = Central(folder, settings, tls=is_tls)
                central.commission(keyring)
                self.things.enter_context(central)
                registrations = [station.registration for station in everybody]
                known = closed_loop.send(registrations, central.port, is_tls=is_tls)
                assert known.refused == 0, known
                pids = partial(_pids, central.pid, cluster if store == "postgresql" else None)
                batches = {
                    entries: iter(random.sample([station.batch for station in stations], len(stations)))
                    for entries, stations in made.items()
                }
                self.turns[name] = Intake(central.port, pids, is_tls, batches, self.sizes).turn

    def add_bare(self, cluster: postgres.Cluster) -> None:
        """Have the stores alone take turns as well."""
        bare = Bare(self.folder, cluster.url())
        self.things.callback(bare.close)

        def copy(_entries: int) -> Taken:
            before = cpu_s(_servers(cluster))
            written = bare.copy()
            server_us = 1e6 * (cpu_s(_servers(cluster)) - before) / ROWS
            return Taken(written.rate, server_us, written.cpu_us)

        self.turns["SQLite executemany"] = lambda _: Taken(*bare.executemany())
        self.turns["PostgreSQL COPY"] = copy

    def add_peer(self, name: str, environments: Path, cluster: postgres.Cluster) -> None:
        """Have another program take turns as well."""
        programs = ingest_peers.environment(environments, name)
        folder = self.folder / f"peer-{name}"
        folder.mkdir()
        starts = {
            "pocketbase": lambda: ingest_peers.pocketbase(programs, folder),
            "datasette": lambda: ingest_peers.datasette(programs, folder),
            "kinto": lambda: ingest_peers.kinto(programs, folder, cluster.create("kinto")),
        }
        peer = self.things.enter_context(starts[name]())
        sizes, dice = SLOW_SIZES if name == "kinto" else PEERS_SIZES, Random(2)  # noqa: S311  made-up taps

        def turn(entries: int) -> Taken | None:
            if entries not in sizes:
                return None
            asked = [
                peer.request(ingest_peers.taps(dice, entries, _LATELY_MS)) for _ in range(sizes[entries])
            ]
            return _sent(asked, entries, peer.port, _pids(peer.pid, cluster if name == "kinto" else None))

        self.turns[name] = turn

    def run(self) -> None:
        """Let everybody take turns, in another order each time."""
        for entries in self.sizes:
            for _ in range(self.rounds):
                for name in random.sample(sorted(self.turns), len(self.turns)):
                    taken = self.turns[name](entries)
                    if taken is not None:
                        self.taken[name][entries].append(taken)

    def ratio(self, name: str, other: str, entries: int) -> float:
        """Return the median of the rounds' ratios: neighbours in time meet the machine in one mood."""
        ours, theirs = self.taken[name][entries], self.taken[other][entries]
        return statistics.median(one.rate / two.rate for one, two in zip(ours, theirs, strict=True))


def judged(bench: Bench) -> list[Row]:
    """Return the lines of the table."""
    found, stores = [], [name for name in _STORES if name in bench.turns]
    for store in stores:
        for entries in bench.sizes:
            label = f"ingest, {store}, {entries} a request"
            bar = f">= {_HALF_OF_COPY[entries]}" if entries in _HALF_OF_COPY and store == "sqlite" else ""
            found.append(Row(f"{label} : COPY with key", bench.ratio(store, "PostgreSQL COPY", entries), bar))
            ours, copied = (_medians(bench.taken[name][entries]) for name in (store, "PostgreSQL COPY"))
            both = copied["server_us"] + copied["client_us"]
            found.append(Row(f"{label} : COPY with key, processor time", ours["server_us"] / both))
            bar = ">= 0.2" if entries == 20 and store == "sqlite" else ""  # noqa: PLR2004  the bar's own
            ratio = bench.ratio(store, "SQLite executemany", entries)
            found.append(Row(f"{label} : executemany without key", ratio, bar))
            if f"{store} TLS" in bench.turns:
                found.append(Row(f"{label} : over TLS", bench.ratio(store, f"{store} TLS", entries)))
    for entries in bench.sizes if len(stores) > 1 else ():
        bar = ">= 0.5" if entries == 20 else ""  # noqa: PLR2004  the bar's own
        ratio = bench.ratio("postgresql", "sqlite", entries)
        found.append(Row(f"ingest, postgresql : sqlite, {entries} a request", ratio, bar))
    bars = {"pocketbase": ">= 10", "datasette": ">= 8"}
    for peer in _PEERS:
        for entries in bench.taken.get(peer, {}):
            bar = bars.get(peer, "") if entries == 20 else ""  # noqa: PLR2004  the bar's own
            ratio = bench.ratio("sqlite", peer, entries)
            found.append(Row(f"ingest, sqlite : {peer}, {entries} a request", ratio, bar))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on the disk asked for, print what everybody took in and the ratios, leave nothing behind."""
    options = _options(arguments)
    sizes = BRIEF if options.brief else SIZES
    with ExitStack() as things:
        folder = Path(things.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        cluster = things.enter_context(postgres.cluster())
        bench = Bench(folder, things, sizes, 1 if options.brief else options.rounds)
        began = time.monotonic()
        bench.add_centrals(cluster, options.stores)
        bench.add_bare(cluster)
        for peer in options.peers:
            bench.add_peer(peer, options.environments, cluster)
        print(f"ingest: made ready in {time.monotonic() - began:.0f} s")
        bench.run()
    _print(bench)
    found = judged(bench)
    figures = {
        name: {
            entries: {"rates": [one.rate for one in taken], **_medians(taken)}
            for entries, taken in sizes.items()
        }
        for name, sizes in bench.taken.items()
    }
    rows.write(options.json, found, figures)
    print(rows.table(found))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--stores", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"]
    )
    parser.add_argument(
        "--peers", nargs="*", choices=_PEERS, default=[], help="other programs to measure against"
    )
    parser.add_argument("--environments", type=Path, default=Path("var/peers"), help="where theirs are made")
    parser.add_argument("--brief", action="store_true", help="prove that it runs; the figures say nothing")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args(arguments)


def _pids(pid: int, cluster: postgres.Cluster | None) -> list[int]:
    return [*family(pid), *(_servers(cluster) if cluster is not None else [])]


def _servers(cluster: postgres.Cluster) -> list[int]:
    return list(family(int((cluster.data / "postmaster.pid").read_text(encoding="ascii").split()[0])))


def _sent(
    requests: Sequence[bytes], entries: int, port: int, pids: Sequence[int], *, is_tls: bool = False
) -> Taken:
    before = cpu_s(pids)
    answered = closed_loop.send(requests, port, is_tls=is_tls)
    assert answered.refused == 0, answered
    all_entries = entries * len(requests)
    return Taken(
        rate=all_entries / answered.wall_s,
        server_us=1e6 * (cpu_s(pids) - before) / all_entries,
        client_us=1e6 * answered.cpu_s / all_entries,
        p99_ms=answered.p99_ms,
    )


def _medians(taken: Sequence[Taken]) -> dict[str, float]:
    names = ("rate", "server_us", "client_us", "p99_ms")
    return {name: statistics.median(getattr(one, name) for one in taken) for name in names}


def _print(bench: Bench) -> None:
    print("ingest: entries a second (processor us an entry of the server; of the sender), medians")
    for name, sizes in bench.taken.items():
        cells = (
            f"{entries:>4}: {found['rate']:>8,.0f} ({found['server_us']:.1f}; {found['client_us']:.1f})"
            for entries, found in ((entries, _medians(taken)) for entries, taken in sizes.items())
        )
        print(f"{name:>20} {'  '.join(cells)}")


if __name__ == "__main__":
    sys.exit(main())
