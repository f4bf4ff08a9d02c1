"""What one tap asks of the kernel before its answer, counted by strace: flushes, and pages written."""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tap_station import TapStation

PAGE_BYTES = 4096
"""What a kernel writes at least, however few bytes of it were changed."""
TAPS = 150
SPOILS = {"": "", "no flush": "PRAGMA synchronous = NORMAL", "many flushes": "PRAGMA journal_mode = DELETE"}
"""Ways to make the journal wrong, so that the counting can be seen to notice."""

_MARK = "mark"
_REST_AFTER = 50
_MOST_S = 120
_CALLS = "trace=write,pwrite64,writev,pwritev,fsync,fdatasync,sync_file_range,msync"
_CALL = re.compile(r"^(\d+)\s+(\w+)\((\d+)<([^>]*)>(.*)$")
_PWRITE = re.compile(r", (\d+), (\d+)(?:\) += \d+| <unfinished \.\.\.>)$")
_FLUSHES = frozenset({"fsync", "fdatasync", "sync_file_range", "msync"})


@dataclass(frozen=True, slots=True)
class Counted:
    """For each tap, how often its own thread flushed, and the bytes of the pages it wrote before the answer.

    The same for a bare append of the same bytes, of which the pages alone are counted.
    """

    flushes: Sequence[int]
    submitted: Sequence[int]
    appended: Sequence[int]

    @property
    def bytes_per_tap(self) -> float:
        """The mean of the bytes submitted by a tap."""
        return statistics.fmean(self.submitted)

    @property
    def bytes_per_append(self) -> float:
        """The mean of the bytes submitted by an append."""
        return statistics.fmean(self.appended)


def is_found() -> bool:
    """Say whether this machine can count at all."""
    return shutil.which("strace") is not None


def count(folder: Path, taps: int = TAPS, spoil: str = "") -> Counted:
    """Tap at a station in another process, which strace watches, and count.

    A tap, and then an append, is what lies between two marks their thread writes to standard output.
    """
    trace = folder / "trace"
    command = ["strace", "-f", "-y", "-qq", "-s", "16", "-e", "signal=none", "-e", _CALLS, "-o", str(trace)]
    command += [sys.executable, "-m", "benchmarks.tap_trace", str(folder), str(taps), spoil]
    _run(command)
    found = [_counted(calls) for calls in _marked(trace.read_text(encoding="utf-8", errors="replace"))]
    taps_found, appends = found[0::2], found[1::2]
    return Counted(
        [flushes for flushes, _ in taps_found],
        [submitted for _, submitted in taps_found],
        [submitted for _, submitted in appends],
    )


def _run(command: Sequence[str]) -> None:
    # A group of its own: whoever ends strace alone leaves behind what it traced.
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, process_group=0) as traced:
        try:
            code = traced.wait(_MOST_S)
        except BaseException:
            os.killpg(traced.pid, signal.SIGKILL)
            raise
    if code:
        raise subprocess.CalledProcessError(code, command)


def _marked(trace: str) -> Iterator[list[re.Match[str]]]:
    """Yield the calls between two marks and the next, those of the marking thread alone."""
    thread, calls, is_within = "", list[re.Match[str]](), False
    for match in filter(None, map(_CALL.match, trace.splitlines())):
        is_mark = match[2] == "write" and f'"{_MARK}' in match[5]
        thread = match[1] if is_mark else thread
        if is_mark and is_within:
            yield calls
        if is_mark:
            calls, is_within = [], not is_within
        elif match[1] == thread:
            calls.append(match)


def _counted(calls: Sequence[re.Match[str]]) -> tuple[int, int]:
    """Return the flushes, and the bytes of the pages touched."""
    pages = set[tuple[str, int]]()
    for call in calls:
        if call[2] == "pwrite64" and (span := _PWRITE.search(call[5])):
            first, last = int(span[2]), int(span[2]) + int(span[1]) - 1
            pages |= {(call[4], page) for page in range(first // PAGE_BYTES, last // PAGE_BYTES + 1)}
    return sum(call[2] in _FLUSHES for call in calls), len(pages) * PAGE_BYTES


def main() -> None:
    """Tap at a station and append as much, with a mark before and after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("taps", type=int)
    parser.add_argument("spoil", choices=SPOILS)
    options = parser.parse_args()
    station = TapStation(Path(tempfile.mkdtemp(dir=options.folder)), SPOILS[options.spoil])
    bare, at = os.open(options.folder / "bare", os.O_WRONLY | os.O_CREAT, 0o600), 0
    try:
        for number in range(options.taps):
            presented = station.next_card()
            with _marks():
                station.tap(presented)
            stored = station.bytes_stored()
            with _marks():
                at += os.pwrite(bare, stored, at)
                os.fdatasync(bare)
            if number % _REST_AFTER == 0:
                station.rest()
    finally:
        os.close(bare)
        station.close()


@contextmanager
def _marks() -> Iterator[None]:
    print(_MARK, flush=True)
    yield
    print(_MARK, flush=True)


if __name__ == "__main__":
    main()
