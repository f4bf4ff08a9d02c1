"""The verbs of `recovery` about files: take records and services in, and give them out."""

import argparse
import os
from pathlib import Path

from central.commands import Now, say, tell
from central.commands.recovery import asking
from central.commands.recovery.asking import Verbs, act, verb
from central.errors import CentralError
from central.exchange.named_file import open_file
from central.store import lookup
from central.work.recovery_import import export_recovery, import_recovery


def add_verbs(verbs: Verbs) -> None:
    """Add the verbs."""
    taking = verb(verbs, "import", "take records and services in from CSV, all of it or nothing", _import)
    taking.add_argument("--records", type=Path, metavar="FILE.csv", help="AttendanceRecovery.startDate, ...")
    taking.add_argument(
        "--services", type=Path, metavar="FILE.csv", help="AttendanceRecoveryService.startDate, ..."
    )
    asking.ask_reason(taking, is_needed=False)
    giving = verb(
        verbs, "export", "write records and services as CSV, to be taken in again or elsewhere", _export
    )
    giving.add_argument("--year", required=True, metavar="YYYY-YY", help="like 2025-26")
    giving.add_argument("--out", required=True, type=Path, metavar="FOLDER")


def _import(args: argparse.Namespace, now: Now) -> int:
    if not (args.records or args.services):
        msg = "nothing to take in; name --records, --services or both"
        raise CentralError(msg)
    records = open_file(args.records) if args.records else None
    services = open_file(args.services) if args.services else None
    tell(import_recovery(lookup.the_school(), records, services, act(args, now)))
    return 0


def _export(args: argparse.Namespace, now: Now) -> int:
    year = lookup.school_year(args.year)
    texts = export_recovery(year, act(args, now))
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        for name, text in (("records", texts.records), ("services", texts.services)):
            path = args.out / f"recovery_{name}_{year.name}.csv"
            _write(path, text)
            say(f"wrote {path}")
    except OSError as error:
        msg = f"{args.out} cannot be written to ({error.strerror}); name another folder with --out"
        raise CentralError(msg) from error
    return 0


def _write(path: Path, text: str) -> None:
    """Write a file whole, for its owner's eyes: a reader finds the old one or the new one."""
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    part.replace(path)
