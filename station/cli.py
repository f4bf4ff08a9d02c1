"""The command `rollbook-station`."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

import station as package
from station import logs
from station.config import DEFAULT_FILE, StationSettings, read
from station.errors import EXIT_DONE, StationError, UsageError

PROGRAM = "rollbook-station"

_VERBOSE = "log what only somebody looking for a fault needs"


class _Parser(argparse.ArgumentParser):
    """A parser whose mistakes look like every other error of the command."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in place of printing a page."""
        msg = f"{message}; see {self.prog} --help"
        raise UsageError(msg)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # A rehearsal has options of its own.
    if arguments[:1] == ["practise"]:
        from station.simulator import practise

        return practise.main(arguments[1:])
    if arguments[:1] == ["simulate"]:
        from station.simulator import simulate

        return simulate.main(arguments[1:])
    try:
        code = _dispatch(_parser().parse_args(arguments))
        # Here, where a reader that has gone is still met with grace.
        sys.stdout.flush()
    except StationError as error:
        for line in str(error).splitlines():
            print(f"{PROGRAM}: {line}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing may be written to it as the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except KeyboardInterrupt:
        return EXIT_DONE
    return code


def _parser() -> _Parser:
    parser = _Parser(prog=PROGRAM, description="Record taps in one classroom.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {package.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    run = _command(commands, "run", "answer taps until told to stop")
    run.add_argument(
        "--require-reader",
        type=positive,
        nargs="?",
        const=10,
        default=0,
        metavar="SECONDS",
        help="give up when no reader answers for so long (10)",
    )
    run.add_argument("--verbose", action="store_true", help=_VERBOSE)
    _command(commands, "check", "print settings, versions, journal and readers on one screen", is_quiet=True)
    selftest = "try lamps, buzzer, readers, journal, disk and clock with the station stopped"
    full = _command(commands, "selftest", selftest, is_quiet=True)
    full.add_argument("--full", action="store_true", help="accept real hardware, step by step with a person")
    full.add_argument("--report", type=Path, metavar="FOLDER", help="where --full keeps its report")
    salvage = "put a damaged journal aside and carry on with all that can be proven"
    _command(commands, "salvage", salvage, is_quiet=True)
    taps = _command(commands, "taps", "list the newest taps and verify the journal")
    taps.add_argument("--json", action="store_true", help="print JSON")
    taps.add_argument("--limit", type=positive, default=20, help="how many (default 20)")
    export = _command(commands, "export", "write the verified journal to a new SQLite file")
    export.add_argument("file", type=Path, help="the file to make")
    commands.add_parser("practise", help="rehearse without hardware: a simulated reader and cards")
    commands.add_parser("simulate", help="a whole station in this terminal: lay cards down, pull plugs")
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, does: str, *, is_quiet: bool = False
) -> _Parser:
    command = commands.add_parser(name, help=does, description=does[0].upper() + does[1:] + ".")
    command.add_argument("--config", type=Path, default=DEFAULT_FILE, help=f"default {DEFAULT_FILE}")
    if is_quiet:
        command.add_argument("--verbose", action="store_true", help=_VERBOSE)
    return command


def _dispatch(options: argparse.Namespace) -> int:
    settings = read(options.config)
    is_verbose = getattr(options, "verbose", False)
    # What a command has to say to a person is not to be looked for among lines of a log.
    is_silent = options.command != "run" and not is_verbose
    logs.setup(verbose=is_verbose, stream=io.StringIO() if is_silent else None)
    return _COMMANDS[options.command](settings, options)


def _run(settings: StationSettings, options: argparse.Namespace) -> int:
    from station.run import run

    return run(settings, require_reader_s=options.require_reader)


def _check(settings: StationSettings, options: argparse.Namespace) -> int:
    from station.check import check

    return check(settings, options.config, sys.stdout)


def _selftest(settings: StationSettings, options: argparse.Namespace) -> int:
    if options.full != (options.report is not None):
        msg = f"--full and --report FOLDER go together; see {PROGRAM} selftest --help"
        raise UsageError(msg)
    if options.full:
        from station.acceptance.command import full_selftest

        return full_selftest(settings, options.report, sys.stdin, sys.stdout)
    from station.selftest import selftest

    return selftest(settings, sys.stdout)


def _salvage(settings: StationSettings, _options: argparse.Namespace) -> int:
    from station.opening import salvage_by_hand

    return salvage_by_hand(settings, sys.stdout)


def _taps(settings: StationSettings, options: argparse.Namespace) -> int:
    from station.listing import taps

    return taps(settings.state_dir, sys.stdout, limit=options.limit, as_json=options.json)


def _export(settings: StationSettings, options: argparse.Namespace) -> int:
    from station.listing import export

    count = export(settings.state_dir, options.file)
    print(f"{count} entries exported to {options.file}; the chain of the whole journal holds")
    return EXIT_DONE


_COMMANDS: Final = {
    "run": _run,
    "check": _check,
    "selftest": _selftest,
    "salvage": _salvage,
    "taps": _taps,
    "export": _export,
}


def positive(text: str) -> int:
    """Return the whole number a text spells, 1 at least, for argparse."""
    number = int(text)
    if number < 1:
        msg = f"{text} is not 1 or more"
        raise argparse.ArgumentTypeError(msg)
    return number


if __name__ == "__main__":
    sys.exit(main())
