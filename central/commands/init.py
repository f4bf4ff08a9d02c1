"""The command `init`: found a central for one school, whole or not at all."""

import argparse
import contextlib
import re
import secrets
import shutil
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig, PostgresConfig
from central.errors import CentralError, ConfigError
from central.work import keys

HELP = "make the data folder, the keys and the empty records of a school"
_MARKER = "server.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the school."""
    parser.add_argument("--practice", action="store_true", help="a school whose numbers are never claimed")
    parser.add_argument("--school-code", required=True, metavar="CDS", help="7 or 14 digits, or another code")
    parser.add_argument("--school-name", required=True, metavar="NAME")
    parser.add_argument("--time-zone", metavar="ZONE", help="default: the configuration's")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Make everything beside the final place and move it there only when all of it is good."""
    del now
    zone = args.time_zone or config.time_zone
    _check(args, config, zone)
    with workshop(config.data) as making:
        keys.make(making / "keys", secrets.token_bytes)
        (making / "rosters").mkdir()
        (making / "keyring.json").write_text('{"v":1,"stations":{}}\n', encoding="ascii")
        _make_records(making, args, config, zone)
        keys.write_identity(making / _MARKER, secrets.token_bytes)
    kind = "PRACTICE school" if args.practice else "school"
    say(f"made {config.data} for the {kind} {args.school_name} ({args.school_code}), time zone {zone}")
    say(f"server key for stations: {keys.public(config.keys, keys.ACK)}")
    say(f"config key for stations: {keys.public(config.keys, keys.CONFIG)}")
    return 0


def _check(args: argparse.Namespace, config: CentralConfig, zone: str) -> None:
    if not re.fullmatch(r"[0-9A-Za-z-]{1,14}", args.school_code):
        msg = f"--school-code {args.school_code!r} is not 1 to 14 letters and digits; use the CDS code"
        raise CentralError(msg)
    if not args.school_name.strip():
        msg = "--school-name is empty; give the name the school is known by"
        raise CentralError(msg)
    if zone not in zoneinfo.available_timezones():
        msg = f"there is no time zone {zone!r}; give a name like America/Los_Angeles"
        raise CentralError(msg)
    if config.practice and not args.practice:
        msg = "the configuration has a practice clock; say --practice, or remove [practice]"
        raise ConfigError(msg)
    if config.postgres is not None:
        _check_schema(args.school_code, config.postgres)
    if config.data.exists() and any(config.data.iterdir()):
        msg = f"{config.data} is not empty and is left as it is; name another data_dir to start anew"
        raise ConfigError(msg)


def _check_schema(school_code: str, postgres: PostgresConfig) -> None:
    from central.store import readiness

    if school_code != postgres.school:
        msg = f"--school-code {school_code} is not the school {postgres.school} of [postgres]; make them one"
        raise ConfigError(msg)
    held = readiness.held(postgres)
    if held:
        msg = (
            f"schema {postgres.schema} at {postgres.url} holds {len(held)} tables and is left as it is;"
            " name another database to start anew"
        )
        raise ConfigError(msg)


@contextlib.contextmanager
def workshop(data: Path) -> Iterator[Path]:
    """Yield a folder inside `data` whose content becomes that of `data`, unless something goes wrong."""
    is_ours = not data.exists()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)
    making = data / ".making"
    try:
        making.mkdir(mode=0o700)
        yield making
        # The marker goes last: a folder that has it is complete.
        for item in sorted(making.iterdir(), key=lambda path: path.name == _MARKER):
            item.rename(data / item.name)
        making.rmdir()
    except BaseException:
        # The folder was empty before, so everything in it is ours to take away.
        for item in data.iterdir():
            shutil.rmtree(item) if item.is_dir() else item.unlink()
        if is_ours:
            data.rmdir()
        raise


def _make_records(folder: Path, args: argparse.Namespace, config: CentralConfig, zone: str) -> None:
    from central.store import readiness

    readiness.set_up(records=None if config.postgres else folder / "records.sqlite")
    from central.store import founding
    from central.store.models import School

    # On PostgreSQL all or nothing as well: a table is made in a transaction as a row is.
    with founding.whole():
        founding.found()
        School.objects.create(
            code=args.school_code, name=args.school_name.strip(), time_zone=zone, is_practice=args.practice
        )
    readiness.close()
