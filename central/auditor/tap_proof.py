"""Published: the proof that one tap was certified, which shows no other tap, and how it is verified."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from central.auditor.checkpoint import PURPOSE as OF_CHECKPOINT
from central.auditor.checkpoint import Head
from central.auditor.page import Page
from central.auditor.public_keys import Keys
from central.auditor.school_certificate import PURPOSE as OF_SCHOOL
from central.auditor.school_certificate import SchoolCertificate
from central.auditor.times import readable
from station import chain
from station.tap import Kind
from sync_agent import merkle
from sync_agent.certificate import PURPOSE, Certificate, Range
from sync_agent.signed_text import SignedText
from sync_agent.signing import SignatureError, open_note
from sync_agent.wire import VERSION, Fields, WireError, decode_object

_FORM: Final = "rollbook-tap-proof"


@dataclass(frozen=True, slots=True)
class LogPlace:
    """A school's certificate with the path from it to a signed head of the log."""

    certificate: SignedText
    path: Sequence[bytes]
    head: SignedText


@dataclass(frozen=True, slots=True)
class TapProof:
    """One entry's bytes, the path from it to its day's root, and everything signed above that."""

    epoch: int
    sequence: int
    body: bytes
    path: Sequence[bytes]
    certificate: SignedText
    log: LogPlace

    def text(self) -> str:
        """Write the proof in its one form."""
        whole = {
            "v": VERSION,
            "form": _FORM,
            "epoch": self.epoch,
            "sequence": self.sequence,
            "body": base64.b64encode(self.body).decode(),
            "path": [step.hex() for step in self.path],
            "certificate": self.certificate.text().rstrip("\n"),
            "school": self.log.certificate.text().rstrip("\n"),
            "log_path": [step.hex() for step in self.log.path],
            "checkpoint": self.log.head.text().rstrip("\n"),
        }
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def of(cls, data: bytes) -> "TapProof":
        """Read a proof; nothing is proven by that. Raises WireError."""
        fields = decode_object(data, "tap proof")
        fields.fixed("v", VERSION)
        fields.fixed("form", _FORM)
        try:
            body = base64.b64decode(fields.text("body"), validate=True)
        except (binascii.Error, ValueError) as error:
            msg = "tap proof.body is not base64"
            raise WireError(msg) from error
        found = cls(
            epoch=fields.whole("epoch", 1),
            sequence=fields.whole("sequence", 1),
            body=body,
            path=_path(fields, "path"),
            certificate=_text(fields, "certificate"),
            log=LogPlace(_text(fields, "school"), _path(fields, "log_path"), _text(fields, "checkpoint")),
        )
        if found.text().encode() != data:
            msg = "the tap proof is not in its canonical form"
            raise WireError(msg)
        return found


@dataclass(frozen=True, slots=True)
class Opened:
    """What is signed above an entry, once the signatures are proven."""

    certificate: Certificate
    school: SchoolCertificate
    head: Head


def opened(proof: TapProof, server_keys: Keys, station_keys: Keys) -> Opened:
    """Return what is signed above an entry; raises SignatureError and WireError where that is not proven."""
    certificate = Certificate.of(_open(PURPOSE, proof.certificate.signed, server_keys))
    if proof.certificate.countersigned is not None:
        _open(PURPOSE, proof.certificate.countersigned, station_keys)
    school = SchoolCertificate.of(_open(OF_SCHOOL, proof.log.certificate.signed, server_keys))
    return Opened(certificate, school, Head.of(_open(OF_CHECKPOINT, proof.log.head.signed, server_keys)))


def verify(proof: TapProof, server_keys: Keys, station_keys: Keys) -> Page:
    """Return the page that says what is proven of a tap, with a finding for whatever is not.

    Raises SignatureError and WireError where a signature does not hold.
    """
    known = opened(proof, server_keys, station_keys)
    certificate, school, head = known.certificate, known.school, known.head
    server, station = proof.certificate.signed, proof.certificate.countersigned
    page = Page(f"One tap at {certificate.station} on {certificate.day:%A, %Y-%m-%d}")
    page.findings = [*contradictions(proof, known), *doubts(proof, known)]
    page.rows = [
        ("Entry", f"{proof.sequence} of epoch {proof.epoch}"),
        ("Its bytes", proof.body.decode("utf-8", "replace")),
        ("Leaf hash", chain.leaf(proof.body).hex()),
        ("Certificate", f"{proof.certificate.sha256}, revision {certificate.revision}, {certificate.state}"),
        ("Signed by", f"central, key {server['kid']}"),
        ("", f"the station, key {station['kid']}" if station else "NOT by the station"),
        ("School", f"{school.school}, certificate at place {school.index} of {head.size} in the log"),
        ("Head of the log", head.root.hex()),
    ]
    return page


def doubts(proof: TapProof, known: Opened) -> list[str]:
    """Return what is left open about a tap nothing contradicts."""
    alone = "the station has not signed the certificate: only central says so"
    found = [] if proof.certificate.countersigned is not None else [alone]
    return found + [f"the day is open: {why}" for why in known.certificate.why]


def range_of(certificate: Certificate, epoch: int, sequence: int) -> Range | None:
    """Return the range of a certificate an entry lies in."""
    ranges = (each for each in certificate.ranges if each.epoch == epoch)
    return next((each for each in ranges if each.first_seq <= sequence <= each.last_seq), None)


def contradictions(proof: TapProof, known: Opened) -> list[str]:
    """Return what of a proof does not follow from what is signed above it."""
    certificate, school, head = known.certificate, known.school, known.head
    found = []
    part = range_of(certificate, proof.epoch, proof.sequence)
    entry, leaf = readable(proof.body), chain.leaf(proof.body)
    if entry is None or entry.kind not in {Kind.TAP, Kind.CARRY}:
        found.append("the entry is no tap")
    if part is None:
        found.append("the certificate does not stand for this entry")
    elif not merkle.includes(leaf, proof.sequence - part.first_seq, part.entries, proof.path, part.root):
        found.append("the entry is not the one that was certified: its path does not lead to the day's root")
    if proof.certificate.sha256 not in {each.certificate for each in school.stations}:
        found.append("the school's certificate names another certificate of the station")
    note = chain.leaf(proof.log.certificate.note.encode())
    if not merkle.includes(note, school.index, head.size, proof.log.path, head.root):
        found.append("the school's certificate is not in the log of this head")
    return found


def _open(purpose: str, signed: Mapping[str, str], keys: Keys) -> Mapping[str, object]:
    kid = signed["kid"]
    if kid not in keys:
        msg = f"the {purpose} is signed by the key {kid}, which is none of those given"
        raise SignatureError(msg)
    return open_note(purpose, signed, keys[kid].key)


def _path(fields: Fields, key: str) -> list[bytes]:
    found = fields.members.get(key)
    if not isinstance(found, list):
        raise fields.wrong(key, "a list of hashes")
    return [Fields(key, {"step": each}).digest("step") for each in found]


def _text(fields: Fields, key: str) -> SignedText:
    return SignedText.of(f"{fields.text(key)}\n".encode())
