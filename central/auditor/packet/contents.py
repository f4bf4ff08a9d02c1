"""Published: hold what the members of a packet say against one another, once their bytes are proven."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from central.auditor import certificate_proof, documents, public_keys
from central.auditor.documents import Documents
from central.auditor.packet import counts, tables
from central.auditor.packet.container import Container
from central.auditor.packet.counts import Counted
from central.auditor.packet.layout import PacketError
from central.auditor.packet.manifest import About, Manifest
from central.auditor.packet.sample import drawn_by
from central.auditor.packet.tables import Row
from central.auditor.packet.walk import SHEET_LINE, Trust, Walked, walk
from central.auditor.packet.writer import Written
from central.auditor.public_keys import Keys
from central.errors import ConfigError

SERVER_KEY: Final = "keys/central.pub"
STATION_KEYS: Final = "keys/stations.pub"
SUMS: Final = "SHA256SUMS"
CERTIFICATES: Final = "certificates/"
_OF_LAW: Final = "law/"
_EVIDENCE: Final = ("proofs/", "scans/", "walks/")
_REORDERED: Final = (
    "the database keeps it in another order than it was filed in; hold it against what was filed"
)
_READ_ONLY: Final = ("closures.csv", "retention.csv", "holds.csv")
_SAMPLED: Final = ("record", "student", "class", "date", "mark", "stage")


@dataclass(slots=True)
class Contents:
    """What the members come to; `problems` and `doubts` are sentences that name the member first."""

    counted: Counted | None = None
    walks: list[Walked] = field(default_factory=list)
    certificates: Documents = field(default_factory=Documents)
    changes: int = 0
    editions: int = 0
    gaps: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def hold(packet: Container, manifest: Manifest, server_keys: Keys, station_keys: Keys | None) -> Contents:
    """Hold everything together; what cannot be read is a problem of its own and stops nothing else."""
    about, found = manifest.about, Contents()
    trust = _trust(packet, about, (server_keys, station_keys), found)
    _guarded(found, lambda: _hold_sums(packet, manifest, found))
    _guarded(found, lambda: _hold_rules(packet, about, found))
    _guarded(found, lambda: _count(packet, about, found))
    if trust is not None:
        _guarded(found, lambda: _hold_sample(packet, about, trust, found))
        _guarded(found, lambda: _hold_certificates(packet, trust, found))
    _guarded(found, lambda: _hold_editions(packet, found))
    _guarded(found, lambda: _hold_gaps(packet, found))
    for name in _READ_ONLY:
        _guarded(found, partial(_read, packet, name))
    return found


def _read(packet: Container, name: str) -> None:
    """Read a table nothing else in the packet can be held against."""
    for _ in tables.rows(packet, name):
        pass


def _guarded(found: Contents, part: Callable[[], object]) -> None:
    try:
        part()
    except PacketError as error:
        found.problems.append(str(error))


def _trust(packet: Container, about: About, keys: tuple[Keys, Keys | None], found: Contents) -> Trust | None:
    server, stations = keys
    try:
        own, held = (_keys(packet, name) for name in (SERVER_KEY, STATION_KEYS))
        zone = ZoneInfo(about.zone)
    except (PacketError, ConfigError, ZoneInfoNotFoundError, ValueError) as error:
        found.problems.append(str(error))
        return None
    if not own.keys() & server.keys():
        found.problems.append(f"{SERVER_KEY}: it is another key than those given")
    return Trust(server, held if stations is None else stations, about.school, zone)


def _keys(packet: Container, name: str) -> Keys:
    return public_keys.parsed(packet.read(name).decode("ascii", "replace"), name)


def _hold_sums(packet: Container, manifest: Manifest, found: Contents) -> None:
    if packet.read(SUMS) != sums(manifest.files):
        found.problems.append(f"{SUMS}: it is not what the manifest says")


def sums(files: Iterable[Written]) -> bytes:
    """Return the digests of the members as sha256sum writes and checks them; its own is not among them."""
    lines = (f"{each.sha256}  {each.name}\n" for each in files if each.name != SUMS)
    return "".join(lines).encode()


def _hold_rules(packet: Container, about: About, found: Contents) -> None:
    digest = hashlib.sha256()
    for name in sorted(each for each in packet.members if each.startswith(_OF_LAW)):
        digest.update(name.removeprefix(_OF_LAW).encode() + b"\0" + packet.read(name) + b"\0")
    if digest.hexdigest()[:12] != about.rule_set:
        found.problems.append(f"{_OF_LAW}: these provisions are not the rule set {about.rule_set}")


def _count(packet: Container, about: About, found: Contents) -> None:
    counted = counts.count(packet, about)
    counts.hold_tables(packet, about, counted)
    told = (about.population, about.population_sha256)
    if (counted.population.count, counted.population.sha256) != told:
        counted.problems.append(
            f"{tables.RECORDS_FOLDER}: {counted.population.count} certified records are there, and they are "
            f"not the {about.population} the manifest names"
        )
    found.counted = counted
    found.problems += counted.problems


def _hold_sample(packet: Container, about: About, trust: Trust, found: Contents) -> None:
    sampled = list(tables.rows(packet, "sample.csv"))
    drawn = found.counted.drawn if found.counted else []
    if [each.whole("record") for each in sampled] != drawn:
        found.problems.append(
            f"sample.csv: these are not the records that seed {about.seed} draws from the population"
        )
    by_date: dict[str, dict[str, Row]] = {}
    for row in sampled:
        by_date.setdefault(row["date"], {})[row["record"]] = row
    changes, sheets = _changes(packet, found), _sheets(packet, {each["record"] for each in sampled})
    used: set[str] = set()
    for on, wanted in sorted(by_date.items()):
        for line in _lines(packet, on, wanted, found):
            row = wanted[line["record"]]
            if [row[each] for each in _SAMPLED] != [line[each] for each in _SAMPLED]:
                found.problems.append(f"sample.csv: line {row.line} is not what {line.member} says of it")
            if row["drawn_by"] != drawn_by(about.seed, row.whole("record")):
                found.problems.append(f"sample.csv: line {row.line} is not drawn by its digest")
            walked = walk(packet, line, trust)
            _hold_changes(line, walked, changes)
            if sorted(walked.sheets) != sorted(sheets.get(line["record"], [])):
                walked.problems.append("sheets.csv has other lines of sheets behind it")
            used |= walked.used | {walked.member}
            found.walks.append(walked)
    for walked in found.walks:
        found.problems += [f"{walked.member}: {each}" for each in walked.problems]
        found.doubts += [f"{walked.member}: {each}" for each in walked.doubts]
    loose = {name for name in packet.members if name.startswith(_EVIDENCE)} - used
    found.problems += [f"{name}: no sampled record leads to it" for name in sorted(loose)]


def _lines(packet: Container, on: str, wanted: Mapping[str, Row], found: Contents) -> list[Row]:
    """Return the lines of some records of one day."""
    member = f"{tables.RECORDS_FOLDER}{on}.csv"
    every = (line for line in tables.rows(packet, member) if line["stage"] != counts.EVALUATED)
    lines = [line for line in every if line["record"] in wanted]
    missing = wanted.keys() - {line["record"] for line in lines}
    found.problems += [f"{member}: the sampled record {each} is not in it" for each in sorted(missing)]
    return lines


def _changes(packet: Container, found: Contents) -> dict[tuple[str, str, str], list[tuple[str, ...]]]:
    """Return what was changed after certification, by student, date and class."""
    changes: dict[tuple[str, str, str], list[tuple[str, ...]]] = {}
    for row in tables.rows(packet, "changes.csv"):
        found.changes += 1
        told = tuple(row[each] for each in ("before", "after", "by", "at", "reason"))
        changes.setdefault((row["student"], row["date"], row["class"]), []).append(told)
    return changes


def _sheets(packet: Container, wanted: Collection[str]) -> dict[str, list[tuple[str, ...]]]:
    """Return the lines of sheets behind some records."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in tables.rows(packet, "sheets.csv"):
        if row["record"] in wanted:
            found.setdefault(row["record"], []).append(tuple(row[each] for each in SHEET_LINE))
    return found


def _hold_changes(
    line: Row, walked: Walked, changes: Mapping[tuple[str, str, str], list[tuple[str, ...]]]
) -> None:
    told = changes.get((line["student"], line["date"], line["class"]), [])
    if sorted(told) != sorted(walked.changes):
        walked.problems.append("changes.csv tells other changes of it than its steps")


def _hold_certificates(packet: Container, trust: Trust, found: Contents) -> None:
    every = Documents()
    for member in (name for name in packet.members if name.startswith(CERTIFICATES)):
        data = packet.read(member)
        texts = data.splitlines(keepends=True) if member.endswith(".jsonl") else [data]
        for number, text in enumerate(texts, 1):
            name = f"{member} line {number}" if len(texts) > 1 else member
            documents.take_bytes(name, text, every, trust.server, trust.station)
    found.certificates = documents.without_copies(every)
    found.problems += found.certificates.problems
    wrong = certificate_proof.contradictions(found.certificates)
    found.problems += [f"{name}: {each}" for name, told in wrong.items() for each in told]
    for station, days in certificate_proof.by_station(found.certificates.certificates).items():
        newest = certificate_proof.newest(days)
        alone = sum(not each.countersigned_by for each in newest)
        still_open = sum(bool(each.certificate.why) for each in newest)
        if alone or still_open:
            found.doubts.append(
                f"{CERTIFICATES}{station}.jsonl: of {len(newest)} days {still_open} are open, "
                f"and {alone} are not signed by the station"
            )


def _hold_editions(packet: Container, found: Contents) -> None:
    for row in tables.rows(packet, "editions.csv"):
        found.editions += 1
        if row["file"] not in packet.members:
            raise PacketError(row["file"], "it is missing")
        if packet.look(row["file"]).sha256 != row["sha256"]:
            found.problems.append(f"{row['file']}: it is not the report that was closed: its digest differs")
        elif row["closed_sha256"] != row["sha256"]:
            found.doubts.append(f"{row['file']}: {_REORDERED}")


def _hold_gaps(packet: Container, found: Contents) -> None:
    for row in tables.rows(packet, "gaps.csv"):
        found.gaps["explained" if row["explanation"] else "not explained"] += 1
