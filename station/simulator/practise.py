"""Practise at a station without a reader: an emulated one that a person, or a test, lays cards on."""

import argparse
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from station.errors import EXIT_CONFIGURATION, EXIT_DONE
from station.simulator.bench import Bench
from station.simulator.commands import Commands

_CHUNK = 4096
_READER_LINK = Path("practise-reader")


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the emulated reader until `quit` or the end of standard input; return the exit code."""
    options = _parse(argv)
    bench = Bench(options.link.absolute(), _absolute(options.scanner_link), time.monotonic)
    commands = Commands(bench, secrets.token_bytes)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        bench.plug(bench.reader)
        if bench.scanner is not None:
            bench.plug(bench.scanner)
    except OSError as error:
        print(f"rollbook-station: practise: {error}", file=sys.stderr)  # noqa: T201 (a command speaks to a person)
        return EXIT_CONFIGURATION
    try:
        _serve(bench, commands, sys.stdin.fileno(), sys.stdout)
    except KeyboardInterrupt:
        # How a person, and a service manager, ends it; the ports go away all the same.
        return EXIT_DONE
    finally:
        bench.close()
    return EXIT_DONE


def _serve(bench: Bench, commands: Commands, source: int, out: TextIO) -> None:
    typed = bytearray()

    def read() -> None:
        data = os.read(source, _CHUNK)
        typed.extend(data)
        *lines, rest = bytes(typed).split(b"\n")
        typed[:] = rest
        for line in lines:
            _say(commands.do(line.decode(errors="replace")), out)
        if not data:
            commands.quit()

    bench.watch(source, read)
    _say(commands.do("status"), out)
    if os.isatty(source):
        _say(commands.do("help"), out)
    while not commands.is_over:
        bench.step()


def _say(answer: dict[str, object], out: TextIO) -> None:
    print(json.dumps(answer), file=out, flush=True)


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="rollbook-station practise",
        description="Emulate a PN532 reader (and a scanner) on pseudo-terminals. Name the links as `port` in "
        "station.toml, start the station, and lay cards down by typing; `help` lists the commands.",
    )
    parser.add_argument(
        "--link",
        type=Path,
        default=_READER_LINK,
        help="where the reader's port appears (default: %(default)s)",
    )
    parser.add_argument("--scanner-link", type=Path, help="where a serial-line scanner's port appears")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
