"""The command `restore`: put a backup back, proven first, as a new life of this central."""

import argparse
import secrets
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig, PostgresConfig
from central.errors import ConfigError
from central.intake.lock import Lock
from central.store import readiness
from central.work.restore import restore

HELP = "put a backup back, proven first; the secret keys must lie in the data folder already"
_INC_BYTES = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask which backup, and whether what is here may go."""
    parser.add_argument(
        "--from", dest="folder", type=Path, required=True, metavar="DIR", help="a folder made by backup"
    )
    parser.add_argument(
        "--replace", action="store_true", help="keep what this central holds aside, in its data folder"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Restore while nobody serves, and say what comes next."""
    if not config.keys.is_dir():
        msg = (
            f"{config.keys} does not exist: no backup holds the secret keys; fetch the folder keys from where"
            f" they are kept, put it into {config.data} (mode 0700), then again"
        )
        raise ConfigError(msg)
    if config.postgres is not None:
        readiness.set_up()
    locks = [Lock(config.data / name) for name in ("serve.lock", "evidence.lock")]
    try:
        done = restore(
            config,
            args.folder,
            now(),
            secrets.token_hex(_INC_BYTES),
            is_replacing=args.replace,
            found_evidence=_found_evidence,
        )
    finally:
        for lock in locks:
            lock.release()
    say(f"put back {args.folder}, made {done.made_at}")
    if done.aside is not None:
        say(f"what was here before is in {done.aside}: keep it until the stations have sent everything again")
    say("what staff did since then is not in it: sign and correct once more what was signed and corrected;")
    say("taps come again by themselves and are judged anew")
    say(f"this is life {done.incarnation.inc} of the store, term {done.incarnation.term}")
    say("now run rollbook-central migrate, then serve: each station sends again what this backup lacks")
    return 0


def _found_evidence(postgres: PostgresConfig) -> None:
    from central.intake.schema_postgres import open_school  # as heavy as the driver it brings

    open_school(postgres).close()
