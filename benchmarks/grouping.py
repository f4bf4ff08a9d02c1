"""What sharing a commit gains: 64 stations that send one tap each at a time, against a commit for each."""

import argparse
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks import closed_loop, rows, signed_load, slow_flushes
from benchmarks.bell_central import Central
from benchmarks.rows import Row

CLIENTS: Final = 64
REQUESTS: Final = 800
ROUNDS: Final = 5


def measure(folder: Path, requests: int, rounds: int) -> list[float]:
    """Return for each round how many times as many requests a second are taken in when commits are shared."""
    with ExitStack() as things:
        made = signed_load.make(requests * rounds, 1)
        random.shuffle(made)
        centrals: dict[str, Central] = {}
        for name, group in (("shared", None), ("own", 1)):
            (folder / name).mkdir()
            central = centrals[name] = Central(folder / name, tls=False, group=group)
            central.commission(json.dumps(signed_load.keyring(made)))
            things.enter_context(central)
            known = closed_loop.send([station.registration for station in made], central.port)
            assert known.refused == 0, known
        ratios = []
        for number in range(rounds):
            batches = [station.batch for station in made[number * requests : (number + 1) * requests]]
            took_s = {}
            for name in random.sample(sorted(centrals), len(centrals)):
                answered = closed_loop.send(batches, centrals[name].port, connections=CLIENTS)
                assert answered.refused == 0, answered
                took_s[name] = answered.wall_s
            ratios.append(took_s["own"] / took_s["shared"])
        return ratios


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure on the disk asked for, print a line, leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="in each round, of one tap")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--flush-ms", type=float, default=0.0, help="let every flush take so much longer")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    if options.flush_ms:
        again = ["--requests", str(options.requests), "--rounds", str(options.rounds)]
        again += ["--folder", str(options.folder)] if options.folder else []
        again += ["--json", str(options.json)] if options.json else []
        slow_flushes.begin_again("grouping", options.flush_ms, again)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        ratios = measure(Path(folder), options.requests, options.rounds)
    found = [Row("commits shared : one for each request, 64 clients", statistics.median(ratios), ">= 5")]
    rows.write(options.json, found, {"ratios": ratios})
    print(rows.table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
