"""The command `rollbook-sync`."""

import argparse
import logging
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import sync_agent as package
from station import logs
from station.errors import StationError
from sync_agent.config import DEFAULT_FILE, SyncSettings, read
from sync_agent.errors import EXIT_DONE, AgentError, UsageError

PROGRAM = "rollbook-sync"
_COMMANDS = {
    "run": "carry entries to central until told to stop",
    "once": "carry everything that waits, then end; also tries again after a halt",
    "check": "print settings, versions, keys, clock and backlog on one screen",
    "keygen": "make the station's signing key here and print its public half",
    "enrol": "bring the key born here to central under the card's token, and wait until it is in use",
    "migrate": "bring the agent's database to this release's shape",
    "export-usb": "write what central lacks into a folder, to be carried there by hand",
    "import-usb": "read central's receipts back from a folder",
}


class _Parser(argparse.ArgumentParser):
    """A parser whose mistakes look like every other error of the command."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in place of printing a page."""
        msg = f"{message}; see {self.prog} --help"
        raise UsageError(msg)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        return _dispatch(_parser().parse_args(argv))
    except (AgentError, StationError) as error:
        for line in str(error).splitlines():
            print(f"{PROGRAM}: {line}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_DONE


def _parser() -> _Parser:
    parser = _Parser(prog=PROGRAM, description="Carry a station's entries to central and its roster back.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {package.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, does in _COMMANDS.items():
        command = commands.add_parser(name, help=does, description=does[0].upper() + does[1:] + ".")
        command.add_argument("--config", type=Path, default=DEFAULT_FILE, help=f"default {DEFAULT_FILE}")
        command.add_argument(
            "--verbose", action="store_true", help="log what only a search for a fault needs"
        )
        if name in {"export-usb", "import-usb"}:
            command.add_argument("folder", type=Path, metavar="FOLDER", help="where the stick is mounted")
        if name == "export-usb":
            command.add_argument("--all", action="store_true", help="also what central has acknowledged")
    return parser


def _dispatch(options: argparse.Namespace) -> int:
    settings = read(options.config)
    _log(options)
    match options.command:
        case "keygen" | "migrate" | "enrol":
            return _PREPARING[options.command](settings, options.config)
        case "export-usb" | "import-usb":
            return _usb(settings, options)
        case "check":
            from sync_agent.check import check

            return check(settings, options.config, sys.stdout)
        case "once":
            from sync_agent.run import once

            print(f"central acknowledged everything up to entry {once(settings, options.config)}")
            return EXIT_DONE
        case _:
            from sync_agent.run import run

            return run(settings, options.config)


def _log(options: argparse.Namespace) -> None:
    logs.setup(verbose=options.verbose)
    # Libraries that tell of every job and connection.
    for name in ("apscheduler", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if options.command not in {"run", "enrol"} and not options.verbose:
        # A person reads the command's own last line; the log is for a process nobody watches.
        logging.getLogger().setLevel(logging.CRITICAL)


def _keygen(settings: SyncSettings, _config_file: Path) -> int:
    from sync_agent.keygen import make_key

    key = make_key(settings.signing_key.file, secrets.token_bytes)
    print(f"kid {key.kid}\npublic {key.public.hex()}")
    return EXIT_DONE


def _enrol(settings: SyncSettings, config_file: Path) -> int:
    from sync_agent.courier import HttpCourier
    from sync_agent.enrol import enrol

    courier = HttpCourier(settings.server, settings.station, package.__version__, settings.ca_file)
    try:
        did = enrol(settings, config_file, courier)
    finally:
        courier.close()
    print("this station is enrolled" if did else "there is no token here, so nothing to do")
    return EXIT_DONE


def _migrate(settings: SyncSettings, _config_file: Path) -> int:
    from sync_agent.memory_file import FILE_NAME, migrate

    done = migrate(settings.state_dir / FILE_NAME)
    print("\n".join(done) if done else "nothing to do")
    return EXIT_DONE


_PREPARING = {"keygen": _keygen, "migrate": _migrate, "enrol": _enrol}


def _usb(settings: SyncSettings, options: argparse.Namespace) -> int:
    from sync_agent.usb_commands import export_usb, import_usb

    if options.command == "export-usb":
        return export_usb(settings, options.folder, sys.stdout, is_all=options.all)
    return import_usb(settings, options.config, options.folder, sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
