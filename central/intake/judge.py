"""Hold a proven message against what is held already, and answer it: the protocol's steps 2 to 9."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from central.intake.acks import Signer
from central.intake.evidence import Evidence, Head, Remembered
from central.intake.offer import Offer
from central.intake.reply import Reply, refused
from central.intake.verify import ProvenBatch, ProvenRegistration
from station.logs import Log
from sync_agent import wire
from sync_agent.signing import SignatureError, open_note

log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the answer tells beside the acknowledgement."""

    pace: wire.Pace
    offer: Offer


@dataclass(frozen=True, slots=True)
class _Objection:
    """Why an authentic batch must not count, and the problem its station is told."""

    reason: str
    problem: str
    members: Mapping[str, int] = field(default_factory=dict)


def judge_batch(evidence: Evidence, proven: ProvenBatch, signer: Signer, terms: Terms) -> Reply:
    """Keep a batch or say why not; the answer may leave only after the transaction is committed.

    What a station signed is kept in any case: in its place, or set aside with the reason. Nothing is
    kept of a batch beyond a gap, because it will come again.
    """
    envelope = proven.batch.envelope
    head = evidence.head(envelope.station, envelope.epoch)
    remembered = evidence.remembered(envelope)
    if remembered is not None:
        return _answer_again(proven, remembered, head, signer)
    if proven.is_revoked:
        return _set_aside(evidence, proven, _Objection("revoked", "revoked"), head, signer)
    _heed_receipt(envelope, head, signer)
    if head is None:
        return signer.refused("epoch-unknown", envelope)
    if envelope.first > head.seq + 1:
        return _gap(envelope, head, signer)
    objection = _object(evidence, proven, head, signer.inc)
    if objection is not None:
        return _set_aside(evidence, proven, objection, head, signer)
    return _keep(evidence, proven, head, signer, terms)


def judge_registration(evidence: Evidence, proven: ProvenRegistration, signer: Signer) -> Reply:
    """Make an epoch known; a second registration of it gets the first one's answer."""
    registration, arrived = proven.registration, proven.arrived
    where = (registration.station, registration.epoch)
    if proven.is_revoked:
        evidence.set_aside(*where, "revoked", arrived)
        return signer.refused("revoked", registration, (head := evidence.head(*where)) and head.position)
    registered_ms = evidence.registered_ms(*where)
    if registered_ms is None:
        evidence.register(registration, arrived, signer.inc)
        registered_ms = arrived.received_ms
        log.info("epoch.registered", station=where[0], epoch=where[1], reason=registration.reason)
    return Reply(200, json.dumps(signer.registered(registration, registered_ms)).encode())


def _answer_again(proven: ProvenBatch, remembered: Remembered, head: Head | None, signer: Signer) -> Reply:
    if not hmac.compare_digest(proven.arrived.digest, remembered.digest):
        return refused("idempotency-mismatch")
    envelope = proven.batch.envelope
    log.info("sync.replayed", station=envelope.station, epoch=envelope.epoch, sync_no=envelope.sync_no)
    if remembered.answer is None:
        # Whoever still waits for this answer is a copy from long ago: the station itself has moved on.
        return signer.refused("clone", envelope, head and head.position)
    return Reply(200, remembered.answer)


def _heed_receipt(envelope: wire.Envelope, head: Head | None, signer: Signer) -> None:
    """Begin a new life of the store where the station shows that this one has lost what it acknowledged."""
    if envelope.receipt is None:
        return
    try:
        ack = wire.Ack.of(open_note("ack", envelope.receipt, signer.verify_key))
    except (SignatureError, wire.WireError):
        # By another server's key, or nobody's: it says nothing about this store.
        return
    have_seq = 0 if head is None else head.seq
    if (ack.station, ack.epoch, ack.inc) != (envelope.station, envelope.epoch, signer.inc):
        return
    if ack.seq > have_seq:
        log.error(
            "evidence.lost",
            station=ack.station,
            epoch=ack.epoch,
            have_seq=have_seq,
            receipt_seq=ack.seq,
        )
        signer.begin_incarnation("receipt")


def _gap(envelope: wire.Envelope, head: Head, signer: Signer) -> Reply:
    if envelope.have.receipt_seq > head.seq:
        # The station holds a receipt of this server for entries that are not here any more.
        log.error(
            "evidence.lost",
            station=envelope.station,
            epoch=envelope.epoch,
            have_seq=head.seq,
            receipt_seq=envelope.have.receipt_seq,
        )
    return signer.refused("gap", envelope, head.position, have_seq=head.seq, have_h=head.h.hex())


def _object(evidence: Evidence, proven: ProvenBatch, head: Head, inc: str) -> _Objection | None:
    """Return what speaks against a batch that reaches back to what is held, the gravest first."""
    envelope = proven.batch.envelope
    if proven.hashes[-1] != envelope.batch_h:
        return _Objection("broken-chain", "fork", {"seq": envelope.first})
    # One equal hash proves every byte before it.
    common = min(envelope.last, head.seq)
    held = head.h if common == head.seq else evidence.hash_at(envelope.station, envelope.epoch, common)
    if proven.hash_at(common) != held:
        return _Objection("fork", "fork", {"seq": common})
    if envelope.head.seq < head.seq:
        return _Objection("rollback", "rollback", {"have_seq": head.seq})
    newest = envelope.batch_h if envelope.last >= head.seq else head.h
    if envelope.head.seq == max(envelope.last, head.seq) and envelope.head.h != newest:
        return _Objection("fork", "fork", {"seq": envelope.head.seq})
    # In a new life of the store the ratchet is what the backup held; the prefix was proven just now.
    if envelope.token != head.token and head.inc == inc:
        return _Objection("clone", "clone")
    return None


def _set_aside(
    evidence: Evidence, proven: ProvenBatch, objection: _Objection, head: Head | None, signer: Signer
) -> Reply:
    envelope = proven.batch.envelope
    evidence.set_aside(envelope.station, envelope.epoch, objection.reason, proven.arrived)
    log.error(
        "sync.set-aside",
        station=envelope.station,
        epoch=envelope.epoch,
        reason=objection.reason,
        first=envelope.first,
        last=envelope.last,
    )
    return signer.refused(objection.problem, envelope, head and head.position, **objection.members)


def _keep(evidence: Evidence, proven: ProvenBatch, head: Head, signer: Signer, terms: Terms) -> Reply:
    envelope = proven.batch.envelope
    is_new = envelope.last > head.seq
    now_held = wire.Position(envelope.last, envelope.batch_h) if is_new else head.position
    token = signer.new_token()
    answer = signer.answer(proven, now_held, token, terms.pace, terms.offer)
    srv_seq = evidence.add(proven.batch, head.seq + 1, proven.arrived, answer) if is_new else None
    evidence.move(envelope.station, envelope.epoch, Head(now_held.seq, now_held.h, token, signer.inc))
    evidence.remember(envelope, proven.arrived.digest, srv_seq=srv_seq, answer=None if is_new else answer)
    return Reply(200, answer)
