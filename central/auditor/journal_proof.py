"""Published: prove whole journals from files, hold them against certificates, and write a page a day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Final, cast

from central.auditor.certificate_proof import by_station, newest
from central.auditor.documents import Documents, ProvenCertificate
from central.auditor.journal import EpochProof, open_ack
from central.auditor.journal_files import Handed, Stored
from central.auditor.page import Page
from central.auditor.public_keys import Keys
from central.auditor.times import readable
from central.timeline import local_day
from station.tap import Entry, Kind
from sync_agent import wire
from sync_agent.signing import SignatureError

_NO_DAY: Final = "no certain day"


def prove(handed: Handed, documents: Documents, station_keys: Keys, server_keys: Keys) -> list[EpochProof]:
    """Return every epoch there is something of, with all that is signed about it verified."""
    stored = _stored(handed)
    batched = {(batch.envelope.station, batch.envelope.epoch) for _, batch in handed.batches}
    proofs = {each: EpochProof(*each) for each in sorted(stored.keys() | batched)}
    _declare(proofs, stored, handed)
    for whose, rows in stored.items():
        proofs[whose].add((each.sequence, each.body, each.h) for each in rows)
    for name, batch in sorted(handed.batches, key=lambda each: each[1].envelope.first):
        proofs[batch.envelope.station, batch.envelope.epoch].follow(name, batch, station_keys)
    for name, ack in [*_acks(handed, server_keys), *documents.acks]:
        if (ack.station, ack.epoch) in proofs:
            proofs[ack.station, ack.epoch].acknowledge(name, ack)
    for name, data in handed.registrations:
        _prove_registration(name, data, handed, station_keys)
    for proof in proofs.values():
        proof.prove_what_entries_say(station_keys, server_keys)
    return list(proofs.values())


def _prove_registration(name: str, data: bytes, handed: Handed, station_keys: Keys) -> None:
    try:
        _, signed, signature = wire.parse_epoch_request(data)
        if signature.kid in station_keys:
            station_keys[signature.kid].key.verify(signed, signature)
        else:
            handed.problems.append(f"{name} is signed by the key {signature.kid}, none of the station's")
    except (wire.WireError, SignatureError) as error:
        handed.problems.append(f"{name} is not proven: {error}")


def _stored(handed: Handed) -> dict[tuple[str, int], list[Stored]]:
    """Return exported entries by station and epoch: an epoch's first entry says whose it is."""
    epochs: dict[int, list[Stored]] = defaultdict(list)
    for each in handed.entries:
        epochs[each.epoch].append(each)
    names = {epoch: _station(rows) for epoch, rows in epochs.items()}
    # An export is of one station; where an epoch's beginning is lost, the others name it.
    somebody = next((name for name in names.values() if name), "")
    return {(names[epoch] or somebody, epoch): rows for epoch, rows in epochs.items()}


def _declare(
    proofs: Mapping[tuple[str, int], EpochProof],
    stored: Mapping[tuple[str, int], Iterable[Stored]],
    handed: Handed,
) -> None:
    """Tell each epoch what salvages declare it to lack."""
    bodies = [(station, row.body) for (station, _), rows in stored.items() for row in rows]
    bodies += [(batch.envelope.station, body) for _, batch in handed.batches for body in batch.bodies]
    for station, body in bodies:
        for epoch, first, last in _declared(body):
            if (station, epoch) in proofs:
                proofs[station, epoch].declared.append((first, last))


def _station(rows: Iterable[Stored]) -> str:
    for row in rows:
        payload = _payload(row.body, Kind.GENESIS)
        if payload:
            return str(payload.get("station", ""))
    return ""


def _declared(body: bytes) -> Iterator[tuple[int, int, int]]:
    payload = _payload(body, Kind.SALVAGE)
    epoch, missing = payload.get("epoch"), payload.get("missing")
    if not isinstance(epoch, int) or not isinstance(missing, list):
        return
    for pair in missing:
        match pair:
            case [int(first), int(last)]:
                yield epoch, first, last


def _payload(body: bytes, kind: Kind) -> Mapping[str, object]:
    """Return the payload of an entry of that kind, nothing for any other."""
    entry = readable(body) if f'"{kind}"'.encode() in body else None
    is_it = entry is not None and entry.kind == kind and isinstance(entry.payload, Mapping)
    return cast("Mapping[str, object]", entry.payload) if entry is not None and is_it else {}


def _acks(handed: Handed, server_keys: Keys) -> Iterator[tuple[str, wire.Ack]]:
    for name, answer in handed.answers:
        try:
            yield f"the answer to {name}", open_ack(answer.ack, server_keys)
        except (SignatureError, wire.WireError) as error:
            handed.problems.append(f"the answer to {name} is not proven: {error}")


def hold_against(proofs: Sequence[EpochProof], proven: ProvenCertificate) -> list[str]:
    """Return how a certificate contradicts the journals, sentence by sentence."""
    mine = {proof.epoch: proof for proof in proofs if proof.station == proven.certificate.station}
    found = []
    for part in proven.certificate.ranges:
        proof = mine.get(part.epoch)
        what = (
            proof.contradicts(part)
            if proof
            else f"epoch {part.epoch} is certified, and nothing of it is here"
        )
        if what:
            found.append(what)
    if not found and all(part.epoch in mine for part in proven.certificate.ranges):
        taps = sum(
            1
            for part in proven.certificate.ranges
            for sequence in range(part.first_seq, part.last_seq + 1)
            if _is_tap(mine[part.epoch].entries.get(sequence))
        )
        if taps != proven.certificate.told.taps:
            found.append(f"{proven.certificate.told.taps} taps are certified, and here are {taps}")
    return found


def days(proofs: Sequence[EpochProof], zone: tzinfo) -> list[Page]:
    """Return a page for each day of a journal no certificate was given for, by what proves its time."""
    pages: dict[tuple[str, str], Page] = {}
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for proof in proofs:
        for sequence, entry in sorted(proof.entries.items()):
            on = local_day(proof.intervals[sequence], zone)
            where = proof.station, _NO_DAY if on is None else f"{on:%A, %Y-%m-%d}"
            pages.setdefault(where, Page(f"Station {where[0]}, {where[1]}"))
            counts[where][0] += 1
            counts[where][1] += _is_tap(entry)
    for where, page in pages.items():
        entries, taps = counts[where]
        page.rows = [("Entries", f"{entries}, of them {taps} taps"), ("Certificate", "none was given")]
        if where[1] == _NO_DAY and taps:
            page.findings.append(
                f"{taps} taps are proven to lie on no one day: a person must decide about them"
            )
    return list(pages.values())


def summary(proof: EpochProof) -> Page:
    """Return the page of one epoch: how far it goes, and who signed it."""
    page = Page(f"Journal of {proof.station}, epoch {proof.epoch}", findings=list(proof.findings))
    signers = sorted({each.kid for each in proof.signed})
    up_to = max((each.up_to for each in proof.signed), default=0)
    receipts = max((seq for seq, _ in proof.receipts), default=0)
    page.rows = [
        ("Entries", f"1 to {proof.last}, {len(proof.bodies)} of them here"),
        ("Head", proof.heads[proof.last].hex()),
        ("Signed by", f"the station, key {', '.join(signers)}, up to entry {up_to}" if signers else "nobody"),
        ("Receipts", f"of central up to entry {receipts}" if receipts else "none of central's are here"),
        ("Proofs of time", f"{len(proof.beacons)} by central's clock"),
        ("Declared lost", ", ".join(f"{first} to {last}" for first, last in proof.declared) or "nothing"),
    ]
    return page


def certified(
    proofs: Sequence[EpochProof], documents: Documents
) -> list[tuple[ProvenCertificate, list[str]]]:
    """Return the newest certificate of each day with how it contradicts the journals."""
    stations = by_station(documents.certificates).values()
    return [(each, hold_against(proofs, each)) for held in stations for each in newest(held)]


def _is_tap(entry: Entry | None) -> bool:
    return entry is not None and entry.kind == Kind.TAP
