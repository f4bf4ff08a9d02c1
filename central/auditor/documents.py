"""Published: signed notes in files: which is which, and whether central's key stands under it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from central.auditor import checkpoint, school_certificate
from central.auditor.checkpoint import Head
from central.auditor.journal import open_ack
from central.auditor.public_keys import Keys, plain
from central.auditor.school_certificate import SchoolCertificate
from sync_agent import certificate, wire
from sync_agent.certificate import Certificate
from sync_agent.signed_text import SignedText
from sync_agent.signing import SignatureError, VerifyKey, open_text
from sync_agent.wire import decode_object

_DASH: Final = "\n\n\N{EM DASH} ".encode()
_ORIGIN_END: Final = ".log.rollbook"
# What only a note of that purpose has. A wrong guess costs nothing: the signature names the purpose too.
_MARKS: Final = {
    "ranges": certificate.PURPOSE,
    "stations": school_certificate.PURPOSE,
    "size": checkpoint.PURPOSE,
}


@dataclass(frozen=True, slots=True)
class ProvenCertificate:
    """A station's certificate central signed; `countersigned_by` is the station's key, "" where none did."""

    name: str
    text: SignedText
    certificate: Certificate
    countersigned_by: str = ""


@dataclass(frozen=True, slots=True)
class ProvenSchoolDay:
    """A school's certificate central signed."""

    name: str
    text: SignedText
    certificate: SchoolCertificate


@dataclass(slots=True)
class Documents:
    """What all files together hold; `problems` are sentences about what is not proven."""

    certificates: list[ProvenCertificate] = field(default_factory=list)
    school_days: list[ProvenSchoolDay] = field(default_factory=list)
    heads: list[tuple[str, Head]] = field(default_factory=list)
    acks: list[tuple[str, wire.Ack]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def take(path: Path, documents: Documents, server_keys: Keys, station_keys: Keys) -> None:
    """Add what one file holds, once it is proven; it is called by its own name and its folder's."""
    name = "/".join(path.parts[-2:])
    try:
        take_bytes(name, path.read_bytes(), documents, server_keys, station_keys)
    except OSError as error:
        documents.problems.append(f"{name} cannot be read: {error.strerror}")


def take_bytes(name: str, data: bytes, documents: Documents, server_keys: Keys, station_keys: Keys) -> None:
    """Add what a file of that name holds, once it is proven."""
    try:
        if _DASH in data:
            _take_checkpoint(name, data.decode("utf-8"), documents, server_keys)
        else:
            _take_note(name, _signed_text(data), documents, server_keys, station_keys)
    except (ValueError, wire.WireError, SignatureError) as error:
        documents.problems.append(f"{name} is not proven: {error}")


def without_copies(documents: Documents) -> Documents:
    """Return the documents each once; of a certificate the copy its station signed."""
    signed_last = sorted(documents.certificates, key=lambda each: bool(each.countersigned_by))
    return Documents(
        certificates=list({each.text.sha256: each for each in signed_last}.values()),
        school_days=list({each.text.sha256: each for each in documents.school_days}.values()),
        heads=documents.heads,
        acks=documents.acks,
        problems=documents.problems,
    )


def _signed_text(data: bytes) -> SignedText:
    # A receipt lies in the agent's memory without the line's end.
    return SignedText.of(data if data.endswith(b"\n") else data + b"\n")


def _take_note(name: str, text: SignedText, into: Documents, server_keys: Keys, station_keys: Keys) -> None:
    members = decode_object(text.note.encode(), "note").members
    purpose = next((purpose for mark, purpose in _MARKS.items() if mark in members), "ack")
    open_text(purpose, text.signed, _key_of(text.signature, server_keys))
    match purpose:
        case certificate.PURPOSE:
            found = Certificate.of(members)
            into.certificates.append(ProvenCertificate(name, text, found, _countersigner(text, station_keys)))
        case school_certificate.PURPOSE:
            into.school_days.append(ProvenSchoolDay(name, text, SchoolCertificate.of(members)))
        case checkpoint.PURPOSE:
            into.heads.append((name, Head.of(members)))
        case _:
            into.acks.append((name, open_ack(text.signed, server_keys)))


def _countersigner(text: SignedText, keys: Keys) -> str:
    """Return the station's key that signed the same note; raises SignatureError for one that did not."""
    if text.countersigned is None:
        return ""
    key = _key_of(text.countersigned, keys)
    open_text(certificate.PURPOSE, text.countersigned, key)
    return key.kid


def _key_of(signature: Mapping[str, str], keys: Keys) -> VerifyKey:
    kid = signature["kid"]
    if kid not in keys:
        msg = f"it is signed by the key {kid}, which is none of those given"
        raise SignatureError(msg)
    return plain(keys)[kid]


def _take_checkpoint(name: str, text: str, into: Documents, server_keys: Keys) -> None:
    school = text.split("\n", 1)[0].removesuffix(_ORIGIN_END)
    wrong: SignatureError | None = None
    for dated in server_keys.values():
        try:
            into.heads.append((name, checkpoint.open_text(text, school, dated.key)))
        except SignatureError as error:
            wrong = error
        else:
            return
    raise wrong or SignatureError("no key of central's is given")
