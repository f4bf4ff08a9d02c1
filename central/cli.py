"""The program `rollbook-central`: finds the asked command, gives it configuration and time, tells errors."""

import argparse
import ast
import gc
import importlib
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from central import commands
from central import config as configuration
from central.commands import Now
from central.config import CentralConfig
from central.domain.errors import DomainError
from central.errors import CentralError, ConfigError
from station.clock import PracticeClock, SystemClock
from station.errors import StationError

PROGRAM = "rollbook-central"
USAGE = 64
TRY_AGAIN = 75
# These touch no records, or make them: they run without the store being ready.
WITHOUT_STORE = frozenset({"backup", "init", "kit", "law", "restore", "serve", "simulate-fleet", "verify"})
# These are for people who have nothing of central but some of its files, or nothing at all.
WITHOUT_CONFIG = frozenset({"simulate-fleet", "verify"})
# What the command `kit` does with a kit's file alone.
ON_A_LAPTOP = frozenset({"print", "key", "check", "hand-over"})
# These must run on a store that is not up to date.
ON_ANY_STORE = frozenset({"migrate", "check"})
# As PostgreSQL says it.
_LOCK_NOT_AVAILABLE = "55P03"


class Parser(argparse.ArgumentParser):
    """An argument parser that ends with this program's exit code for wrong usage."""

    def error(self, message: str) -> NoReturn:
        """Say what was not understood and where to read more."""
        self.exit(USAGE, f"{PROGRAM}: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every expected error becomes lines on stderr."""
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except (CentralError, StationError) as error:
        for line in str(error).splitlines():
            print(f"{PROGRAM}: {line}", file=sys.stderr)
        return error.exit_code
    except DomainError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if not _is_busy(error):
            raise
        print(f"{PROGRAM}: others keep the records busy; nothing was written, try again", file=sys.stderr)
        return TRY_AGAIN
    except BrokenPipeError:
        # Whoever read our output left; what was written to disk before is complete.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _is_busy(error: Exception) -> bool:
    """Tell whether the records were not free for as long as anybody waits for them."""
    cause = error.__cause__
    is_file_busy = str(getattr(cause, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
    return is_file_busy or getattr(cause, "sqlstate", "") == _LOCK_NOT_AVAILABLE


def names() -> list[str]:
    """Return every command there is, as it is typed."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))


def clock(config: CentralConfig) -> Now:
    """Return the real time, or the practice clock where the configuration names one."""
    if config.practice:
        return PracticeClock(Path(config.practice.clock), SystemClock(boot=1)).now
    return lambda: datetime.now(UTC)


def _run(arguments: list[str]) -> int:
    top = Parser(prog=PROGRAM, add_help=False, allow_abbrev=False)
    top.add_argument("--config", metavar="FILE")
    named, rest = top.parse_known_args(arguments)
    if not rest or rest[0] in {"-h", "--help"}:
        _print_overview()
        return 0 if rest else USAGE
    name = rest.pop(0)
    if name not in names():
        top.error(f"there is no command {name!r}")
    is_elsewhere = _is_elsewhere(name, rest)
    is_needed = not is_elsewhere and not {"-h", "--help"} & set(rest)
    config = CentralConfig() if name in WITHOUT_CONFIG else _configuration(named.config, is_needed=is_needed)
    with _nothing_let_go():
        command = _load(name)
        parser = Parser(prog=f"{PROGRAM} {name}", description=command.HELP)
        command.arguments(parser)
        args = parser.parse_args(rest)
        if name not in WITHOUT_STORE | ON_ANY_STORE and not is_elsewhere:
            _require_store(config)
    return int(command.run(args, config, clock(config)))


@contextmanager
def _nothing_let_go() -> Iterator[None]:
    """Do not look for garbage while thousands of classes are made that all stay: a fifth of the start."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _is_elsewhere(name: str, rest: Sequence[str]) -> bool:
    """Tell whether nothing of central is needed here: another server is asked, or a kit on a laptop."""
    if name == "kit":
        return bool(rest) and rest[0] in ON_A_LAPTOP
    return name == "report" and any(word.partition("=")[0] == "--server" for word in rest)


def _configuration(named: str | None, *, is_needed: bool) -> CentralConfig:
    path = named or os.environ.get(configuration.ENVIRONMENT)
    if path:
        os.environ[configuration.ENVIRONMENT] = str(Path(path).resolve())
        found = configuration.read(Path(path))
        if found.postgres and importlib.util.find_spec("psycopg") is None:
            msg = f"{path} names [postgres], whose driver is missing; install rollbook[central,postgres]"
            raise ConfigError(msg)
        return found
    if is_needed:
        msg = f"no configuration is named; give --config FILE or set {configuration.ENVIRONMENT}"
        raise ConfigError(msg)
    return CentralConfig()


def _load(name: str) -> ModuleType:
    if name not in WITHOUT_STORE:
        from central.store import readiness

        readiness.set_up()
    return importlib.import_module(_module(name))


def _require_store(config: CentralConfig) -> None:
    from central.store import readiness

    if readiness.require(config).is_practice:
        print(f"{PROGRAM}: PRACTICE school: nothing here is ever claimed", file=sys.stderr)


def _print_overview() -> None:
    print(f"usage: {PROGRAM} --config FILE COMMAND [...]\n\ncommands:")
    for name in names():
        print(f"  {name:20} {_help(name)}")
    print(f"\n{PROGRAM} COMMAND --help tells more; {configuration.ENVIRONMENT} may name the file instead.")


def _help(name: str) -> str:
    """Read a command's line out of its source: to run them all would load everything there is."""
    found = importlib.util.find_spec(_module(name))
    assert found is not None and found.origin is not None  # noqa: S101, PT018  it was found by its file
    for line in ast.parse(Path(found.origin).read_text(encoding="utf-8")).body:
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "HELP":
            return str(ast.literal_eval(line.value))
    msg = f"{found.origin} has no HELP"
    raise AttributeError(msg)


def _module(name: str) -> str:
    return f"central.commands.{name.replace('-', '_')}"


if __name__ == "__main__":
    sys.exit(main())
