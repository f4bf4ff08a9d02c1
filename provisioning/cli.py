"""The program `rollbook-provision`: finds the asked command by its name and tells errors in one line each."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from provisioning import commands
from provisioning.commands import PROGRAM, complain
from provisioning.errors import ProvisioningError
from station.errors import StationError

_USAGE = 64
_INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line and whose exit code is ours."""

    def error(self, message: str) -> NoReturn:
        """Say what was not understood and where to read more."""
        self.exit(_USAGE, f"{PROGRAM}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 problems found, 64 usage, 78 configuration."""
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except ProvisioningError as error:
        for line in error.lines:
            complain(line)
        return error.exit_code
    except StationError as error:
        complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        complain("interrupted; run the same command again")
        return _INTERRUPTED


def names() -> list[str]:
    """Return every command there is, as it is typed."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help"}:
        _print_overview()
        return 0 if arguments else _USAGE
    name, *rest = arguments
    if name not in names():
        Parser(prog=PROGRAM).error(f"there is no command {name!r}")
    command = _load(name)
    parser = Parser(prog=f"{PROGRAM} {name}", description=command.HELP)
    command.arguments(parser)
    done: int = command.run(parser.parse_args(rest))
    return done


def _load(name: str) -> ModuleType:
    # Only the command asked for: each brings libraries of its own.
    return importlib.import_module(f"provisioning.commands.{name.replace('-', '_')}")


def _print_overview() -> None:
    print(f"usage: {PROGRAM} COMMAND [...]\n\nTurn a list of rooms into stations.\n\ncommands:")
    for name in names():
        print(f"  {name:10}  {_load(name).HELP}")
    print(f"\nMore: {PROGRAM} COMMAND --help")


if __name__ == "__main__":
    sys.exit(main())
