"""Practise at a station without a reader: an emulated one that a person, or a test, lays cards on."""

import argparse
import json
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from station.clock import clock_for
from station.config import StationSettings, read
from station.errors import EXIT_CONFIGURATION, EXIT_DONE, EXIT_USAGE, SettingsError, StationError, UsageError
from station.reader.settings import PN532, RDM6300
from station.simulator.bench import FOB_READER, READER, SCANNER, Bench
from station.simulator.commands import HELP, Commands
from station.simulator.deck import Deck
from station.simulator.script import Script
from station.simulator.usage import Parser
from station.simulator.wallet import Wallet

_CHUNK = 4096
_PROGRAM = "rollbook-station practise"
_READER_LINK = Path("practise-reader")
_WALLET = Path("practise-wallet")


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the emulated reader until `quit` or the end of standard input; return the exit code."""
    options = _parse(argv)
    try:
        settings = _read(options.config) if options.config is not None else None
        bench = Bench(_links(options, settings), time.monotonic)
        commands = Commands(bench, _deck(options.wallet, settings))
    except StationError as error:
        return _refuse(error, error.exit_code)
    for number in (signal.SIGTERM, signal.SIGINT):
        # Whoever started it in the background of a script may have left it deaf to the second.
        signal.signal(number, signal.default_int_handler)
    try:
        for port in bench.ports.values():
            bench.plug(port)
        script = commands.play(options.script) if options.script is not None else None
        _serve(bench, commands, script)
    except UsageError as error:
        return _refuse(error, error.exit_code)
    except OSError as error:
        return _refuse(error, EXIT_CONFIGURATION)
    except KeyboardInterrupt:
        # How a person, and a service manager, ends it; the ports go away all the same.
        return EXIT_DONE
    finally:
        bench.close()
    if script is not None and script.fault is not None:
        _tell(f"{_PROGRAM}: {script.fault}")
        return EXIT_USAGE
    return EXIT_DONE


def _refuse(error: Exception, exit_code: int) -> int:
    for line in str(error).splitlines():
        _tell(f"{_PROGRAM}: {line}")
    return exit_code


def _serve(bench: Bench, commands: Commands, script: Script | None) -> None:
    """Take lines until one says quit, or until there are no more and the script has come to its end."""
    source, out = sys.stdin.fileno(), sys.stdout
    typed, has_ended = bytearray(), threading.Event()

    def take() -> None:
        data = os.read(source, _CHUNK)
        typed.extend(data)
        *lines, rest = bytes(typed).split(b"\n")
        typed[:] = rest
        for line in lines:
            _say(commands.do(line.decode(errors="replace")), out)
        if not data:
            bench.forget(source)
            has_ended.set()

    bench.watch(source, take)
    _say(commands.do("status"), out)
    if os.isatty(source):
        _tell("\n".join(("You may type:", *HELP)))
    while not commands.is_over:
        commands.go_on()
        if has_ended.is_set() and not (script is not None and script.is_running):
            return
        bench.step()


def _say(answer: dict[str, object], out: TextIO) -> None:
    print(json.dumps(answer), file=out, flush=True)


def _tell(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 (a command speaks to a person)


def _read(file: Path) -> StationSettings:
    """Return a configuration meant for this; raises SettingsError for any other."""
    settings = read(file)
    if settings.practice is None:
        # Its ports may be those of real readers.
        msg = f"{file}: there is no [practice] table; practise with a configuration made for it"
        raise SettingsError(msg)
    return settings


def _links(options: argparse.Namespace, settings: StationSettings | None) -> dict[str, Path]:
    """Return where the ports are to appear."""
    links = {READER: options.link, SCANNER: options.scanner_link, FOB_READER: options.fob_link}
    ports: dict[str, Path] = {}
    for reader in settings.readers if settings is not None else ():
        name = READER if reader.kind == PN532 else SCANNER
        if name in ports and reader.format == RDM6300:
            name = FOB_READER
        ports.setdefault(name, Path(reader.port))
    ports.setdefault(READER, _READER_LINK)
    return {name: path.absolute() for name in links if (path := links[name] or ports.get(name)) is not None}


def _deck(wallet: Path, settings: StationSettings | None) -> Deck:
    practice = None if settings is None or settings.practice is None else settings.practice.clock

    def utc_s() -> int:
        # Asked anew each time: a rehearsal's clock may begin, and be moved, after this did.
        return clock_for(0, practice).reading().wall_ms // 1000

    return Deck(Wallet(wallet, secrets.token_bytes), secrets.token_bytes, utc_s)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = Parser(
        prog=_PROGRAM,
        description="Emulate a PN532 reader (and a scanner) on pseudo-terminals. Name the links as `port` in "
        "station.toml, start the station, and lay cards down by typing; `help` lists the commands.",
    )
    parser.add_argument("--config", type=Path, help="take the ports from this practice station.toml")
    parser.add_argument(
        "--link", type=Path, help=f"where the reader's port appears (default: {_READER_LINK})"
    )
    parser.add_argument("--scanner-link", type=Path, help="where a serial-line scanner's port appears")
    parser.add_argument("--fob-link", type=Path, help="where a 125 kHz reader's port appears, for `scan em`")
    parser.add_argument(
        "--wallet", type=Path, default=_WALLET, help=f"the folder of phones (default: {_WALLET})"
    )
    parser.add_argument(
        "--script", type=Path, help="a file of lines to do by itself, before what is typed ends it"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
