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
from typing import NoReturn, TextIO

from station.config import read
from station.errors import EXIT_CONFIGURATION, EXIT_DONE, EXIT_USAGE, SettingsError, StationError
from station.reader.settings import PN532, SERIAL_LINE
from station.simulator.bench import Bench
from station.simulator.commands import HELP, Commands

_CHUNK = 4096
_PROGRAM = "rollbook-station practise"
_READER_LINK = Path("practise-reader")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_USAGE, f"{_PROGRAM}: {message}; see {_PROGRAM} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the emulated reader until `quit` or the end of standard input; return the exit code."""
    options = _parse(argv)
    try:
        bench = Bench(*_links(options), time.monotonic)
    except StationError as error:
        return _refuse(error, error.exit_code)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for port in filter(None, (bench.reader, bench.scanner)):
            bench.plug(port)
        _serve(bench, Commands(bench, secrets.token_bytes), sys.stdin.fileno(), sys.stdout)
    except OSError as error:
        return _refuse(error, EXIT_CONFIGURATION)
    except KeyboardInterrupt:
        # How a person, and a service manager, ends it; the ports go away all the same.
        return EXIT_DONE
    finally:
        bench.close()
    return EXIT_DONE


def _refuse(error: Exception, exit_code: int) -> int:
    for line in str(error).splitlines():
        _tell(f"{_PROGRAM}: {line}")
    return exit_code


def _serve(bench: Bench, commands: Commands, source: int, out: TextIO) -> None:
    typed = bytearray()

    def take() -> None:
        data = os.read(source, _CHUNK)
        typed.extend(data)
        *lines, rest = bytes(typed).split(b"\n")
        typed[:] = rest
        for line in lines:
            _say(commands.do(line.decode(errors="replace")), out)
        if not data:
            commands.quit()

    bench.watch(source, take)
    _say(commands.do("status"), out)
    if os.isatty(source):
        _tell("\n".join(("You may type:", *HELP)))
    while not commands.is_over:
        bench.step()


def _say(answer: dict[str, object], out: TextIO) -> None:
    print(json.dumps(answer), file=out, flush=True)


def _tell(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 (a command speaks to a person)


def _links(options: argparse.Namespace) -> tuple[Path, Path | None]:
    """Return where the ports are to appear; raises SettingsError for a configuration not meant for this."""
    reader_link, scanner_link = options.link, options.scanner_link
    if options.config is not None:
        settings = read(options.config)
        if settings.practice is None:
            # Its ports may be those of real readers.
            msg = f"{options.config}: there is no [practice] table; practise with a configuration made for it"
            raise SettingsError(msg)
        ports = {reader.kind: Path(reader.port) for reader in reversed(settings.readers)}
        reader_link = reader_link or ports.get(PN532)
        scanner_link = scanner_link or ports.get(SERIAL_LINE)
    return (reader_link or _READER_LINK).absolute(), scanner_link.absolute() if scanner_link else None


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(
        prog=_PROGRAM,
        description="Emulate a PN532 reader (and a scanner) on pseudo-terminals. Name the links as `port` in "
        "station.toml, start the station, and lay cards down by typing; `help` lists the commands.",
    )
    parser.add_argument("--config", type=Path, help="take the ports from this practice station.toml")
    parser.add_argument(
        "--link", type=Path, help=f"where the reader's port appears (default: {_READER_LINK})"
    )
    parser.add_argument("--scanner-link", type=Path, help="where a serial-line scanner's port appears")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
