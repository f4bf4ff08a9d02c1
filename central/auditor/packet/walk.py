"""Published: hold the whole way of one sampled record against itself, its table and what stations signed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from central.auditor import tap_proof
from central.auditor.packet.container import Container
from central.auditor.packet.layout import PacketError
from central.auditor.packet.tables import Row
from central.auditor.public_keys import Keys
from central.domain.attendance import MOVES, Stage
from central.domain.local_day import start_of
from station import chain
from station.errors import EntryError
from station.tap import Kind, Tap, decode
from sync_agent.signing import SignatureError
from sync_agent.wire import Fields, WireError, decode_object

SHEET_LINE: Final = ("sheet", "times_taken", "line", "mark", "outcome", "file_sha256")
NOTHING: Final = "it rests on the word of staff alone: no tap, sheet or check-in is behind it"
_SAME: Final = (
    "record",
    "student",
    "class",
    "date",
    "mark",
    "stage",
    "source",
    "certified_by",
    "certified_at",
)


@dataclass(frozen=True, slots=True)
class Trust:
    """What a packet is held against: public keys, and whose school's and time zone's it says it is."""

    server: Keys
    station: Keys
    school: str
    zone: ZoneInfo


@dataclass(slots=True)
class Walked:
    """What became of one sampled record: what is proven of it, and sentences on what is open or wrong."""

    member: str
    taps: int = 0
    doubts: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    changes: list[tuple[str, ...]] = field(default_factory=list)
    """Its corrections, as changes.csv should have them."""
    sheets: list[tuple[str, ...]] = field(default_factory=list)
    """The lines of sheets behind it, as sheets.csv should have them."""
    used: set[str] = field(default_factory=set)
    """The proofs and scans it leads to."""


def member_of(record: int) -> str:
    """Return the member that holds the way of a record."""
    return f"walks/{record}.json"


def read(packet: Container, record: int) -> Fields:
    """Return a record's way as it was written; raises PacketError."""
    try:
        return decode_object(packet.read(member_of(record)), "walk")
    except WireError as error:
        raise PacketError(member_of(record), str(error)) from error


def walk(packet: Container, row: Row, trust: Trust) -> Walked:
    """Follow a record down to what stations signed; raises PacketError where its way cannot be read."""
    found = Walked(member_of(row.whole("record")))
    way = read(packet, row.whole("record"))
    try:
        _hold_row(way, row, found)
        _hold_decisions(way, row, trust.zone, found)
        for tap in listed(way, "taps"):
            _hold_tap(packet, way, tap, trust, found)
        for paper in listed(way, "paper"):
            _hold_paper(packet, paper, found)
        if not any(listed(way, each) for each in ("taps", "paper", "check_ins")):
            found.doubts.append(NOTHING)
        _hold_deliveries(way, row, found)
    except (WireError, ValueError) as error:
        raise PacketError(found.member, str(error)) from error
    return found


def listed(fields: Fields, key: str) -> list[Fields]:
    """Return a list of objects; raises WireError."""
    found = fields.members.get(key)
    if not isinstance(found, list):
        raise fields.wrong(key, "a list")
    return [Fields(fields.name, {key: each}).nested(key) for each in found]


def _hold_row(way: Fields, row: Row, found: Walked) -> None:
    told = {**way.members, "student": way.nested("student").text("number")}
    told["class"] = way.nested("class").text("code")
    for column in _SAME:
        if str(told.get(column)) != row[column]:
            found.problems.append(f"its {column} is {told.get(column)}, and {row.member} says {row[column]}")


def _hold_decisions(way: Fields, row: Row, zone: ZoneInfo, found: Walked) -> None:
    """Hold the steps of a record together: none is left out, none comes before it may."""
    stage, mark, signer, last_at = "", "", "", datetime.min.replace(tzinfo=UTC)
    begins_at = start_of(row.on(), zone)
    steps = listed(way, "decisions")
    for number, step in enumerate(steps, 1):
        at, to = _instant(step, "at"), step.text("stage_to")
        if step.text("stage_from") != stage:
            found.problems.append(f"step {number} is from {step.text('stage_from')!r}, not from {stage!r}")
        elif not _may_move(stage, to):
            found.problems.append(f"step {number} leads from {stage or 'nothing'} to {to}, which no step may")
        if at < last_at:
            # Steps are kept in their order; a server's clock that was set back between two is no forgery.
            found.doubts.append(f"step {number} bears an earlier time than the one it follows")
        signer = _signer(number, step, begins_at, found) or signer
        if Stage(to).counts and not signer:
            found.problems.append(f"step {number} makes it {to}, and nobody has certified it")
        stage, mark, last_at = to, step.text("mark"), at
    if (stage, mark, signer) != (row["stage"], row["mark"], row["certified_by"]):
        found.problems.append(f"its last step leaves it {mark} and {stage}, signed by {signer or 'nobody'}")
    found.changes = _changes(steps)


def _signer(number: int, step: Fields, begins_at: datetime, found: Walked) -> str:
    """Return who certified in a step, held against the step itself; nothing where nobody did."""
    if step.members.get("certification") is None:
        return ""
    under = step.nested("certification")
    if not step.text("by") or under.text("by") != step.text("by"):
        found.problems.append(f"step {number} is certified by {under.text('by')}, and was taken by another")
    if _instant(under, "at") < begins_at:
        found.problems.append(f"step {number} was certified before the day it is about")
    return under.text("by")


def _changes(steps: Sequence[Fields]) -> list[tuple[str, ...]]:
    """Return what was corrected after it was certified, as changes.csv tells it."""
    found: list[tuple[str, ...]] = []
    said, was_certified = "", False
    for step in steps:
        to, mark = step.text("stage_to"), step.text("mark")
        says = "removed" if to == Stage.REMOVED else mark
        if was_certified and says != said:
            by = step.text("by") or step.text("by_process")
            found.append((said, says, by, step.text("at"), step.text("reason")))
        said, was_certified = says, was_certified or Stage(to).counts
    return found


def _may_move(since: str, to: str) -> bool:
    # A correction leaves a signed record where it is, with another mark.
    return since == to or (Stage(since) if since else None, Stage(to)) in MOVES


def _hold_tap(packet: Container, way: Fields, tap: Fields, trust: Trust, found: Walked) -> None:
    name = f"entry {tap.whole('sequence')} of epoch {tap.whole('epoch')} of {tap.text('station')}"
    member = tap.text_or_none("proof_file")
    if member is None:
        found.doubts.append(f"{name} has no proof: {tap.text('why_not')}")
        return
    found.used.add(member)
    try:
        proof = tap_proof.TapProof.of(packet.read(member))
        known = tap_proof.opened(proof, trust.server, trust.station)
    except (WireError, SignatureError) as error:
        found.problems.append(f"{member} is not proven: {error}")
        return
    wrong = tap_proof.contradictions(proof, known)
    wrong += _other_tap(way, tap, proof, known)
    if known.school.school != trust.school:
        wrong.append(f"it is of the school {known.school.school}")
    found.problems += [f"{member}: {each}" for each in wrong]
    found.doubts += [f"{name}: {each}" for each in tap_proof.doubts(proof, known)]
    found.taps += not wrong


def _other_tap(way: Fields, tap: Fields, proof: tap_proof.TapProof, known: tap_proof.Opened) -> Sequence[str]:
    """Say what keeps a proven entry from being the tap this record is about."""
    certificate, wrong = known.certificate, []
    place = (certificate.station, proof.epoch, proof.sequence)
    if place != (tap.text("station"), tap.whole("epoch"), tap.whole("sequence")):
        wrong.append("it proves another entry")
    if chain.leaf(proof.body).hex() != tap.text("leaf"):
        wrong.append("it proves other bytes")
    if certificate.day != date.fromisoformat(way.text("date")):
        wrong.append(f"it proves a tap of {certificate.day}, another day than the record's")
    token = _token(proof.body)
    own = {each.text("token") for each in listed(way, "credentials")}
    if token is not None and own and token.hex() not in own:
        wrong.append("the card that was shown is none of the student's")
    return wrong


def _token(body: bytes) -> bytes | None:
    """Return the token an entry carries itself; what was carried or shown as evidence tells none."""
    try:
        entry = decode(body)
        return Tap.from_payload(entry.payload).token if entry.kind == Kind.TAP else None
    except EntryError:
        return None


def _hold_deliveries(way: Fields, row: Row, found: Walked) -> None:
    """Say where nothing in the packet shows that a record was sent, or read back as it is."""
    sent = listed(way, "deliveries")
    if Stage(row["stage"]) in {Stage.SUBMITTED, Stage.CONFIRMED} and not sent:
        found.doubts.append(f"it is {row['stage']}, and no delivery to the other system is behind it")
    elif row["stage"] == Stage.CONFIRMED and not any(each.text_or_none("confirmed_at") for each in sent):
        found.doubts.append("it is confirmed, and no delivery of it was read back")


def _hold_paper(packet: Container, paper: Fields, found: Walked) -> None:
    """Hold the pictures of a sheet against their digests: the manifest has them by what they are."""
    found.sheets.append(tuple(str(paper.members.get(each)) for each in SHEET_LINE))
    scans = listed(paper, "scans")
    for scan in scans:
        member = scan.text_or_none("file")
        if member is None:
            found.doubts.append(
                f"sheet {paper.text('sheet')}: its picture is not in the packet; {_kept(scan)}"
            )
            continue
        found.used.add(member)
        if packet.look(member).sha256 != scan.text("sha256"):
            found.problems.append(f"{member} is another picture than the one of sheet {paper.text('sheet')}")
    if not scans:
        found.doubts.append(
            f"sheet {paper.text('sheet')}: no picture of it was brought; see the paper itself"
        )


def _kept(scan: Fields) -> str:
    return f"it is kept at {scan.text('kept')}" if scan.text("kept") else "nobody said where it is"


def _instant(fields: Fields, key: str) -> datetime:
    found = datetime.fromisoformat(fields.text(key))
    if found.tzinfo is None:
        raise fields.wrong(key, "an instant with its time zone")
    return found


def written(members: Mapping[str, object]) -> bytes:
    """Write a record's way, or anything else of the packet that is an object, to be read by people too."""
    return (json.dumps(members, ensure_ascii=False, indent=1) + "\n").encode()
