"""The command `verify`: prove certificates, journals, taps or packets by files and public keys alone."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from central.auditor import (
    certificate_proof,
    documents,
    journal_files,
    journal_proof,
    page,
    public_keys,
    tap_proof,
)
from central.auditor.documents import Documents
from central.auditor.journal_files import Handed
from central.auditor.packet import page as packet_page
from central.auditor.packet.container import Container
from central.auditor.packet.layout import PacketError
from central.auditor.packet.proof import prove as prove_packet
from central.auditor.packet.trace import trace as trace_packet
from central.auditor.page import Page
from central.auditor.public_keys import Keys
from central.commands import Now
from central.config import CentralConfig
from central.errors import CentralError, ConfigError, InputError
from sync_agent import wire
from sync_agent.signing import SignatureError

_ENDINGS = frozenset({".json", ".gz", ".sqlite", ".db", ".rollbook"})
_OTHER_RECEIPT = ".receipt.json"
HELP = "prove certificates, journals, taps or audit packets by files and public keys alone"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the files and the keys they are to be proven with."""
    parser.add_argument("what", choices=("certificate", "journal", "tap", "packet"))
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="files, or folders of them; certificates may be among",
    )
    for whose in ("server", "station"):
        parser.add_argument(
            f"--{whose}-key",
            action="append",
            type=Path,
            required=whose == "server",
            metavar="FILE",
            help=f"public keys of the {whose}, a line each: hex, and perhaps since= and until=",
        )
    of_packet = parser.add_argument_group("of a packet")
    of_packet.add_argument("--list", action="store_true", help="list what is in it")
    of_packet.add_argument("--extract", type=Path, metavar="FOLDER", help="write it out, into a new folder")
    of_packet.add_argument(
        "--trace", metavar="NAME", help="both ways of a record, a sheet, or a tap as STATION/EPOCH/SEQUENCE"
    )
    parser.add_argument(
        "--zone", type=_zone, metavar="ZONE", help="the school's zone, where no certificate says it"
    )


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Print a page a day; 0 where everything is proven, 1 with findings."""
    del config, now
    server_keys = public_keys.read(args.server_key)
    station_keys = public_keys.read(args.station_key or ())
    if args.what == "packet":
        return _packet(args, server_keys, station_keys or None)
    if not station_keys:
        msg = "name the stations' public keys with --station-key; only a packet brings its own"
        raise ConfigError(msg)
    files = list(_files(args.files))
    if args.what == "tap":
        return _tap(files, server_keys, station_keys)
    found, handed = _read(files, server_keys, station_keys)
    if args.what == "certificate":
        return _certificates(found)
    return _journal(found, handed, (station_keys, server_keys), args.zone)


def _certificates(found: Documents) -> int:
    wrong = certificate_proof.findings(found)
    pages = _certificate_pages(found, wrong, {})
    return _print(
        pages, found.problems, "central and the stations signed these days, and nothing is missing between"
    )


def _journal(found: Documents, handed: Handed, keys: tuple[Keys, Keys], zone: ZoneInfo | None) -> int:
    proofs = journal_proof.prove(handed, found, *keys)
    wrong = certificate_proof.findings(found)
    checked: dict[str, list[str]] = {}
    for proven, contradictions in journal_proof.certified(proofs, found):
        wrong.setdefault(proven.name, []).extend(contradictions)
        checked[proven.name] = ["every entry of the day, against the journal given"]
    pages = [journal_proof.summary(each) for each in proofs]
    if found.certificates:
        pages += _certificate_pages(found, wrong, checked)
    else:
        pages += journal_proof.days(proofs, zone or ZoneInfo("UTC"))
    if not proofs:
        handed.problems.append("no entry was found in the files given")
    return _print(pages, [*handed.problems, *found.problems], "nothing was changed, taken out or put in")


def _tap(files: Sequence[Path], server_keys: Keys, station_keys: Keys) -> int:
    pages, problems = [], []
    for file in files:
        try:
            pages.append(
                tap_proof.verify(tap_proof.TapProof.of(file.read_bytes()), server_keys, station_keys)
            )
        except (OSError, ValueError, wire.WireError, SignatureError) as error:
            problems.append(f"{file.name} is not proven: {error}")
    return _print(pages, problems, "these taps were certified by central and by their stations")


def _packet(args: argparse.Namespace, server_keys: Keys, station_keys: Keys | None) -> int:
    """Prove one packet first, whatever else is asked: nothing is shown of one that is not proven."""
    if len(args.files) != 1:
        msg = f"{len(args.files)} packets are named; prove them one by one"
        raise InputError(msg, ["name one file"])
    path: Path = args.files[0]
    try:
        proof = prove_packet(path, server_keys, station_keys)
        sys.stdout.write(packet_page.render(proof))
        if not proof.is_proven:
            return 1
        with Container(path) as packet:
            _show(packet, args)
    except OSError as error:
        msg = f"{error.filename or path} cannot be read or written"
        raise InputError(msg, [str(error.strerror)]) from error
    except PacketError as error:
        raise CentralError(str(error)) from error
    return 0


def _show(packet: Container, args: argparse.Namespace) -> None:
    lines = []
    if args.list:
        lines += [f"{each.size:12}  {each.name}" for each in packet.members.values()]
    if args.trace:
        lines += trace_packet(packet, args.trace)
    if args.extract:
        count = packet.extract(args.extract)
        lines.append(f"wrote {count} files into {args.extract}")
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _certificate_pages(
    found: Documents, wrong: dict[str, list[str]], checked: dict[str, list[str]]
) -> list[Page]:
    stations = certificate_proof.by_station(found.certificates).values()
    days = [
        (
            each.certificate.day,
            1,
            page.of_certificate(each, wrong.pop(each.name, ()), checked.get(each.name, ())),
        )
        for held in stations
        for each in certificate_proof.newest(held)
    ]
    days += [
        (each.certificate.day, 0, page.of_school(each, wrong.pop(each.name, ())))
        for each in certificate_proof.newest_of_school(found.school_days)
    ]
    # What is wrong with a replaced revision, or with a head of the log, has no page of its own.
    found.problems += [f"{name}: {what}" for name, every in wrong.items() for what in every]
    return [each for *_, each in sorted(days, key=lambda day: day[:2])]


def _read(files: Iterable[Path], server_keys: Keys, station_keys: Keys) -> tuple[Documents, Handed]:
    found, handed = Documents(), Handed()
    for file in files:
        try:
            with file.open("rb") as opened:
                is_journal = journal_files.is_journal(opened.read(16))
        except OSError as error:
            found.problems.append(f"{file.name} cannot be read: {error.strerror}")
            continue
        if is_journal:
            journal_files.take(file, handed)
        elif file.name.endswith(_OTHER_RECEIPT):
            # Central's word about an epoch's beginning, or a refusal: no entry follows from it.
            continue
        else:
            documents.take(file, found, server_keys, station_keys)
    return documents.without_copies(found), handed


def _files(named: Iterable[Path]) -> Iterator[Path]:
    """Yield every file named and every file in the folders named, each once and in order."""
    for path in named:
        if path.is_dir():
            # Other people's leftovers and SQLite's own files beside a database are no evidence.
            inside = sorted(
                each for each in path.rglob("*") if each.is_file() and not each.name.startswith(".")
            )
            yield from (each for each in inside if each.suffix in _ENDINGS or _is_head(each))
        elif path.exists():
            yield path
        else:
            msg = f"{path} does not exist"
            raise InputError(msg, ["name files or folders"])


def _is_head(path: Path) -> bool:
    return path.name == "checkpoint.txt"


def _print(pages: Sequence[Page], problems: Sequence[str], conclusion: str) -> int:
    sys.stdout.write(page.render(pages, problems, conclusion))
    return 1 if problems or any(each.findings for each in pages) or not pages else 0


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        msg = f"{text!r} is no time zone; write it like America/Los_Angeles"
        raise argparse.ArgumentTypeError(msg) from error
