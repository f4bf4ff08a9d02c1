"""The state's morning bell in miniature: a class from each of thousands of stations, each at its instant."""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import uvloop

from benchmarks import processes, rows
from benchmarks.bell_calls import Call, calls, keyring
from benchmarks.bell_central import INIT, Central, Usage
from benchmarks.bell_lines import Lines, Said
from benchmarks.bell_proof import Proof, prove
from benchmarks.rows import Row
from tests.fakes import postgres

RATE, TAPS, SECONDS, LINES = 420.0, 23, 60.0, 500
BURST: Final = 5
MOST_P99_S: Final = 0.25
_REGISTERING: Final = 64
_STEP, _STEP_S = 1.2, 10.0


@dataclass(frozen=True, slots=True)
class Bell:
    """One bell: what was asked and reached, latencies from the scheduled instant, and what it cost."""

    what: str
    asked_a_second: float
    reached_a_second: float
    taps_a_second: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    central_core: float
    generator_core: float
    us_a_request: float
    us_a_tap: float
    peak_mib: float
    us_a_line: float
    store_core: float
    requests_a_commit: float
    statuses: Mapping[int, int]
    broken: int
    waited_for_a_line: int
    proof: Proof


class Ringer:
    """Rings one bell after the other, each at a central of its own."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._rung = 0

    def ring(self, what: str, rate: float, seconds: float, kill_after_s: float | None = None) -> Bell:
        """Found a central, make its stations known, and have each of them send its class at its instant."""
        stations = calls(self._options.stock, int(rate * seconds), self._options.taps)
        self._rung += 1
        folder = self._folder / f"central-{self._rung}"
        folder.mkdir()
        with _store(self._options.store) as store:
            central = Central(folder, store.settings, tls=not self._options.plain, group=self._options.group)
            central.commission(keyring(stations))
            with central:
                morning = _Morning(central, store, stations, self._options)
                return uvloop.run(_ring(morning, what, rate, kill_after_s))

    def most(self, begin: float) -> Sequence[Bell]:
        """Raise the rate until a class waits too long or is sent away; the last before that is the most."""
        bells, rate = [self.ring("step", begin, _STEP_S)], begin
        while bells[-1].p99_ms <= MOST_P99_S * 1_000 and set(bells[-1].statuses) == {200}:
            rate *= _STEP
            bells.append(self.ring("step", rate, _STEP_S))
        return bells


@dataclass(frozen=True, slots=True)
class _Store:
    """What keeps the evidence: the lines of the configuration, and the server's first process."""

    settings: str = ""
    pid: int | None = None

    def cpu_s(self) -> float:
        """Return what the server's processes have used; 0 where central itself is the store."""
        return 0.0 if self.pid is None else processes.cpu_s(processes.family(self.pid))


@contextmanager
def _store(name: str) -> Iterator[_Store]:
    if name == "sqlite":
        yield _Store()
        return
    with postgres.cluster() as server:
        school = INIT[INIT.index("--school-code") + 1]
        settings = f'[postgres]\nurl = "{server.url()}"\nlea = "{school[:7]}"\nschool = "{school}"\n'
        first = (server.data / "postmaster.pid").read_text(encoding="ascii").split()[0]
        yield _Store(settings, int(first))


@dataclass(frozen=True, slots=True)
class _Morning:
    central: Central
    store: _Store
    stations: Sequence[Call]
    options: argparse.Namespace


async def _ring(morning: _Morning, what: str, rate: float, kill_after_s: float | None) -> Bell:
    central, stations, options = morning.central, morning.stations, morning.options
    lines, closed_s = Lines(central.port, central.certificate, options.lines), central.usage().cpu_s
    await lines.open()
    line_s = (central.usage().cpu_s - closed_s) / options.lines
    registered = await lines.ask_all([call.registration for call in stations], _REGISTERING)
    assert registered.statuses == {200: len(stations)}, registered.statuses
    before, batches = central.usage(), [call.batch for call in stations]
    ending = None
    if kill_after_s is not None:
        ending = asyncio.create_task(_kill(central, kill_after_s))
    own_s, at_s, store_s = time.process_time(), time.monotonic(), morning.store.cpu_s()
    said = await lines.ask_in_time(batches, rate)
    took_s, own_s = time.monotonic() - at_s, time.process_time() - own_s
    store_s = morning.store.cpu_s() - store_s
    if ending is not None:
        await ending
    used = central.usage().since(before)
    if ending is not None:
        await _again(lines, batches, said)
    await lines.close()
    central.stop()
    proof = prove(central.config, stations, said.answers)
    return _bell(what, (rate, options.taps), _Cost(took_s, own_s, store_s, line_s, used), said, proof)


async def _kill(central: Central, after_s: float) -> None:
    await asyncio.sleep(after_s)
    central.kill()
    await asyncio.to_thread(central.start)


async def _again(lines: Lines, batches: Sequence[bytes], said: Said) -> None:
    """Send again what had no answer, the same bytes, until all of it has one."""
    while missing := [number for number in range(len(batches)) if number not in said.answers]:
        more = await lines.ask_all([batches[number] for number in missing], _REGISTERING)
        said.answers.update((missing[number], answer) for number, answer in more.answers.items())


@dataclass(frozen=True, slots=True)
class _Cost:
    took_s: float
    own_s: float
    store_s: float
    line_s: float
    used: Usage


def _bell(what: str, asked: tuple[float, int], cost: _Cost, said: Said, proof: Proof) -> Bell:
    (rate, taps), took_s, used = asked, cost.took_s, cost.used
    late_ms = [1_000 * late_s for late_s in said.late_s.values()]
    percent = statistics.quantiles(late_ms, n=100)
    done = len(late_ms)
    return Bell(
        what=what,
        asked_a_second=rate,
        reached_a_second=done / took_s,
        taps_a_second=taps * done / took_s,
        p50_ms=percent[49],
        p90_ms=percent[89],
        p99_ms=percent[98],
        max_ms=max(late_ms),
        central_core=used.cpu_s / took_s,
        generator_core=cost.own_s / took_s,
        us_a_request=1e6 * used.cpu_s / done,
        us_a_tap=1e6 * used.cpu_s / done / taps,
        peak_mib=used.peak_mib,
        us_a_line=1e6 * cost.line_s,
        store_core=cost.store_s / took_s,
        requests_a_commit=used.requests / max(1, used.commits),
        statuses=said.statuses,
        broken=said.broken,
        waited_for_a_line=said.waited_for_a_line,
        proof=proof,
    )


def _wrong(proof: Proof) -> int:
    return proof.lost + proof.doubled + proof.other


def _rows(bells: Sequence[Bell]) -> list[Row]:
    """Return the lines of the table; the bar is that of the bell itself, not of what comes beyond it."""
    found = []
    for bell in bells:
        label = f"{bell.what}, {bell.taps_a_second:,.0f} taps a second"
        is_held = bell.what == "bell"
        found += [
            Row(f"{label}, p99 from the scheduled instant", bell.p99_ms, "<= 100" if is_held else "", "ms"),
            Row(f"{label}, central's share of one core", bell.central_core, "<= 0.6" if is_held else "", ""),
            Row(f"{label}, classes lost, doubled or other", _wrong(bell.proof), "= 0", ""),
        ]
    return found


def _table(bells: Sequence[Bell]) -> str:
    head = (
        "what     asked/s reached/s  taps/s   p50   p90   p99    max ms  central  store  generator"
        "  us/request  us/tap  us/line  MiB  requests/commit  lost  doubled  other  answers"
    )
    return "\n".join([head, *map(_row, bells)])


def _row(bell: Bell) -> str:
    return (
        f"{bell.what:8} {bell.asked_a_second:7.0f} {bell.reached_a_second:9.0f} {bell.taps_a_second:7.0f}"
        f" {bell.p50_ms:5.0f} {bell.p90_ms:5.0f} {bell.p99_ms:5.0f} {bell.max_ms:9.0f}"
        f" {bell.central_core:8.0%} {bell.store_core:6.0%} {bell.generator_core:10.0%}"
        f" {bell.us_a_request:11.0f} {bell.us_a_tap:7.1f} {bell.us_a_line:8.0f}"
        f" {bell.peak_mib:4.0f} {bell.requests_a_commit:16.1f}"
        f" {bell.proof.lost:5} {bell.proof.doubled:8} {bell.proof.other:6}  {dict(bell.statuses)}"
        f"{f', {bell.broken} lines broke' if bell.broken else ''}"
        f"{f', {bell.waited_for_a_line} waited for a line' if bell.waited_for_a_line else ''}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Ring, print one table, and leave nothing behind but what was asked to be kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder on the disk to measure (default: the system's)")
    parser.add_argument("--stock", type=Path, help="where signed classes are kept for the next run")
    parser.add_argument("--rate", type=float, default=RATE, help="classes a second")
    parser.add_argument("--taps", type=int, default=TAPS, help="taps of a class")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--lines", type=int, default=LINES, help="connections that are kept")
    parser.add_argument("--burst", type=float, metavar="N", help="then N times as many")
    parser.add_argument("--maximum", action="store_true", help="then more and more until it is too much")
    parser.add_argument("--kill", action="store_true", help="then one with a kill -9 in its middle")
    parser.add_argument("--group", type=int, metavar="N", help="no more than N units of work a commit")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--plain", action="store_true", help="without TLS")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        options.stock = options.stock or Path(folder) / "stock"
        ringer = Ringer(options, Path(folder))
        bells = [ringer.ring("bell", options.rate, options.seconds)]
        if options.kill:
            bells.append(ringer.ring("killed", options.rate, options.seconds, options.seconds / 2))
        if options.burst:
            bells.append(ringer.ring("burst", options.rate * options.burst, options.seconds / options.burst))
        if options.maximum:
            bells.extend(ringer.most(options.rate * 2))
    print(_table(bells))
    rows.write(options.json, _rows(bells), {"bells": [asdict(bell) for bell in bells]})
    return 0 if all(bell.proof.is_whole for bell in bells) else 1


if __name__ == "__main__":
    sys.exit(main())
