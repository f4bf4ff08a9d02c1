"""The command `report`: every kind of report in every form, each with its proof and its stamp."""

import argparse
from base64 import b64decode
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from central.commands import Now, say
from central.commands.report import options
from central.config import CentralConfig
from central.domain.period import Edition
from central.errors import CentralError
from central.reports import render_editions, render_what_if
from central.reports.closing import close_any
from central.reports.editions import editions
from central.reports.files import named, plain_name, written
from central.reports.kinds import SUFFIX, Kind, kind_of
from central.reports.pdf_signing import Certificate, sign
from central.reports.snapshots import Filing
from central.reports.verification import Written, verify
from central.reports.what_if import Supposition
from central.reports.what_if_report import what_if
from central.serving.other_server import OtherServer, secret_in
from central.store import lookup
from central.store.models import SchoolYear
from central.work import whole_file
from central.work.local_days import local_date

HELP = "compute P-1, P-2, Annual or another report, with the proof of every number"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the kind, the year, the day as of which, the form, and what to do with it."""
    options.ask(parser)


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print or write the report; 1 when its findings ask for somebody's attention."""
    del config
    options.require_together(args)
    if args.server:
        return _fetch(args)
    kind = kind_of(args.kind)
    year = lookup.school_year(args.year)
    at = now()
    if args.verify:
        return _verify(args, kind, year, at)
    as_of: date = args.as_of or local_date(year.school, at)
    if args.editions:
        _tell(args, named((kind, year, as_of), _editions(kind, year, args.format)))
        return 0
    if args.what_if:
        _tell(args, named((kind, year, as_of), _supposed(kind, year, as_of, (at, args))))
        return 0
    report = kind.make(year, as_of, at)
    made = written(report, (kind, year, as_of), args.format, at)
    _tell(args, _signed(args, made.files))
    if args.close:
        filing = Filing(args.edition and Edition(args.edition), args.reason, args.audited_on)
        say(close_any(report, year, lookup.staff(args.by), at, filing))
    return 0 if made.is_quiet else 1


def _signed(args: argparse.Namespace, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return the files, the PDF with a digital signature where one is asked for."""
    if not args.sign_with:
        return files
    certificate = Certificate(args.sign_with, secret_in(args.sign_pass_file))
    why = f"report {args.kind} {args.year}"
    return {name: sign(data, certificate, why) for name, data in files.items()}


def _verify(args: argparse.Namespace, kind: Kind, year: SchoolYear, at: datetime) -> int:
    """Say whether a file is what the records say; 1 where it is not."""
    try:
        file = Written(args.verify.name, args.verify.read_bytes())
    except OSError as error:
        msg = f"{args.verify} cannot be read ({error.strerror}); name the file that was written"
        raise CentralError(msg) from error
    found = verify(file, kind, year, args.as_of, at)
    for line in found.says:
        say(line)
    return 0 if found.is_same else 1


def _fetch(args: argparse.Namespace) -> int:
    """Print or write what another server makes of the same question."""
    server = OtherServer(args.server, secret_in(args.token_file), args.ca_file)
    how = {"form": args.format} | ({"as_of": str(args.as_of)} if args.as_of else {})
    found = server.ask(("reports", args.year, args.kind, "files"), **how)
    try:
        files = {plain_name(file["name"]): _bytes(file) for file in found["files"]}
        is_quiet = bool(found["is_quiet"])
    except (KeyError, TypeError, ValueError) as error:
        msg = f"{args.server} answers something else than a report; is it as new as this program?"
        raise CentralError(msg) from error
    _tell(args, _signed(args, files))
    return 0 if is_quiet else 1


def _bytes(file: Mapping[str, str | None]) -> bytes:
    """Return a file another server tells as a text or in base64."""
    text = file["text"]
    return text.encode() if text is not None else b64decode(file.get("base64") or "", validate=True)


def _editions(kind: Kind, year: SchoolYear, form: str) -> dict[str, str]:
    if kind.period is None:
        msg = f"editions are kept of P-1, P-2 and Annual, not of {kind.word}"
        raise CentralError(msg)
    title = (kind.name, year.name)
    text = render_editions.render(title, editions(year, kind.period), form)
    return {f"_editions.{SUFFIX[form]}": text}


def _supposed(
    kind: Kind, year: SchoolYear, as_of: date, how: tuple[datetime, argparse.Namespace]
) -> dict[str, str]:
    if kind.period is None:
        msg = f"something can be supposed of P-1, P-2 and Annual, not of {kind.word}"
        raise CentralError(msg)
    at, args = how
    found = what_if(year, kind.period, as_of, at, Supposition.of(args.what_if))
    return render_what_if.render(found, args.format)


def _tell(args: argparse.Namespace, files: Mapping[str, bytes]) -> None:
    """Write the files into the folder asked for, or print the first."""
    if args.out:
        _write(files, args.out)
        return
    for line in next(iter(files.values())).decode().splitlines():
        say(line)


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            whole_file.write(folder / name, data)
            say(f"wrote {folder / name}")
    except OSError as error:
        msg = f"{folder} cannot be written to ({error.strerror}); name another folder with --out"
        raise CentralError(msg) from error
