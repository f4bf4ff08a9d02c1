"""Hold a proven message against what is held already, and answer it: the protocol's steps 2 to 9."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from central.intake.acks import Signer
from central.intake.evidence import REFUSED, Evidence, Head, Remembered
from central.intake.offer import Offer
from central.intake.reply import Reply, refused
from central.intake.verify import ProvenBatch, ProvenRegistration, Strange
from station.logs import Log
from sync_agent import wire
from sync_agent.signing import SignatureError, open_note

log = Log(__name__)

NO_TOKEN: Final = ""
"""What stands for the ratchet in the answer to a batch that was carried here by hand."""


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


_REVOKED: Final = _Objection("revoked", "revoked")


def judge_batch(evidence: Evidence, proven: ProvenBatch, signer: Signer, terms: Terms) -> Reply:
    """Keep a batch or say why not; the answer may leave only after the transaction is committed.

    What a station signed is kept in any case: in its place, or set aside with the reason. Nothing is
    kept of a batch beyond a gap, because it will come again.
    """
    envelope = proven.batch.envelope
    head = evidence.head(envelope.station, envelope.epoch)
    remembered = evidence.remembered(envelope)
    if remembered is not None and (not remembered.was_refused or remembered.digest != proven.arrived.digest):
        return _answer_again(proven, remembered, head, signer)
    if proven.is_revoked:
        return _set_aside(evidence, proven, _REVOKED, head, signer)
    _heed_receipt(envelope, head, signer)
    if head is None or envelope.first > head.seq + 1:
        return _ask_for_more(evidence, proven, head, signer)
    objection = _contradiction(evidence, proven, head)
    if objection is None:
        objection = _regression(evidence, envelope, head, signer.inc)
        if objection is not None and remembered is not None:
            # A late copy of a request that was refused and made anew: a cloned station will do so too.
            return refused("idempotency-mismatch")
    if objection is not None:
        return _set_aside(evidence, proven, objection, head, signer)
    return _keep(evidence, proven, head, signer, terms)


def judge_usb(evidence: Evidence, proven: ProvenBatch, signer: Signer, terms: Terms) -> Reply:
    """Keep a batch that was carried here by hand, or say why not.

    Such a batch may be old, and may have come before: what is held already is acknowledged, and neither
    the ratchet nor how far the journal had come is looked at. Another history is one here as well.
    """
    envelope = proven.batch.envelope
    head = evidence.head(envelope.station, envelope.epoch)
    if proven.is_revoked:
        return _set_aside(evidence, proven, _REVOKED, head, signer)
    if head is None:
        return signer.refused("epoch-unknown", envelope, None)
    if envelope.first > head.seq + 1:
        return signer.refused("gap", envelope, head, have_seq=head.seq, have_h=head.h.hex())
    objection = _contradiction(evidence, proven, head)
    if objection is not None:
        return _set_aside(evidence, proven, objection, head, signer)
    held = _held_with(envelope, head)
    answer = signer.answer(proven, held, NO_TOKEN, terms.pace, terms.offer)
    if held != head.position:
        evidence.add(proven.batch, head.seq + 1, proven.arrived, answer)
        evidence.move(envelope.station, envelope.epoch, replace(head, seq=held.seq, h=held.h))
    return Reply(200, answer)


def judge_registration(evidence: Evidence, proven: ProvenRegistration, signer: Signer) -> Reply:
    """Make an epoch known; a second registration of it gets the first one's answer."""
    registration, arrived = proven.registration, proven.arrived
    where = (registration.station, registration.epoch)
    if proven.is_revoked:
        evidence.set_aside(*where, "revoked", arrived)
        return signer.refused("revoked", registration, evidence.head(*where))
    registered_ms = evidence.registered_ms(*where)
    if registered_ms is None:
        evidence.register(registration, arrived, signer.inc)
        registered_ms = arrived.received_ms
        log.info("epoch.registered", station=where[0], epoch=where[1], reason=registration.reason)
    return Reply(200, json.dumps(signer.registered(registration, registered_ms)).encode())


def judge_strange(evidence: Evidence, strange: Strange, refusal: Reply) -> Reply:
    """Set aside what one station's key signed in the name of another: that key is on two boards."""
    evidence.set_aside(strange.owner, strange.epoch, "clone", strange.arrived)
    log.error("key.elsewhere", station=strange.owner, epoch=strange.epoch, named=strange.named)
    return refusal


def _answer_again(proven: ProvenBatch, remembered: Remembered, head: Head | None, signer: Signer) -> Reply:
    envelope = proven.batch.envelope
    if proven.is_revoked:
        # Its bytes are held, or another's are under its number: nothing is kept, and it hears no yes.
        return signer.refused("revoked", envelope, head)
    if not hmac.compare_digest(proven.arrived.digest, remembered.digest):
        return refused("idempotency-mismatch")
    log.info("sync.replayed", station=envelope.station, epoch=envelope.epoch, sync_no=envelope.sync_no)
    if remembered.answer is None:
        # Whoever still waits for this answer is a copy from long ago: the station itself has moved on.
        return signer.refused("clone", envelope, head)
    return Reply(200, signer.again(remembered.answer))


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
        _say_lost(envelope, have_seq, ack.seq)
        signer.begin_incarnation("receipt")


def _ask_for_more(evidence: Evidence, proven: ProvenBatch, head: Head | None, signer: Signer) -> Reply:
    """Say what is missing before the batch; nothing is kept of it but that it came."""
    envelope = proven.batch.envelope
    evidence.remember(envelope, proven.arrived.digest, srv_seq=None, answer=REFUSED)
    if head is None:
        return signer.refused("epoch-unknown", envelope, None)
    if envelope.have.receipt_seq > head.seq:
        # The station holds a receipt of this server for entries that are not here any more.
        _say_lost(envelope, head.seq, envelope.have.receipt_seq)
    return signer.refused("gap", envelope, head, have_seq=head.seq, have_h=head.h.hex())


def _say_lost(envelope: wire.Envelope, have_seq: int, receipt_seq: int) -> None:
    log.error(
        "evidence.lost",
        station=envelope.station,
        epoch=envelope.epoch,
        have_seq=have_seq,
        receipt_seq=receipt_seq,
    )


def _contradiction(evidence: Evidence, proven: ProvenBatch, head: Head) -> _Objection | None:
    """Return where a batch that reaches back to what is held tells another history."""
    envelope = proven.batch.envelope
    if proven.hashes[-1] != envelope.batch_h:
        return _Objection("broken-chain", "fork", {"seq": envelope.first})
    # One equal hash proves every byte before it.
    common = min(envelope.last, head.seq)
    held = head.h if common == head.seq else evidence.hash_at(envelope.station, envelope.epoch, common)
    if proven.hash_at(common) != held:
        return _Objection("fork", "fork", {"seq": common})
    newest = _held_with(envelope, head)
    if envelope.head.seq == newest.seq and envelope.head.h != newest.h:
        return _Objection("fork", "fork", {"seq": envelope.head.seq})
    return None


def _regression(evidence: Evidence, envelope: wire.Envelope, head: Head, inc: str) -> _Objection | None:
    """Return what speaks for an older copy of the journal, or for a second one."""
    # What was carried here by hand may have overtaken a request that was long on its way.
    if envelope.head.seq < head.seq and envelope.head.seq < evidence.newest_by_line(
        envelope.station, envelope.epoch
    ):
        return _Objection("rollback", "rollback", {"have_seq": head.seq})
    # In a new life of the store the ratchet is what the backup held; the prefix was proven just now.
    if envelope.token != head.token and head.inc == inc:
        return _Objection("clone", "clone")
    return None


def _held_with(envelope: wire.Envelope, head: Head) -> wire.Position:
    """Return how far the epoch is held once the batch is."""
    if envelope.last <= head.seq:
        return head.position
    return wire.Position(envelope.last, envelope.batch_h)


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
    return signer.refused(objection.problem, envelope, head, **objection.members)


def _keep(evidence: Evidence, proven: ProvenBatch, head: Head, signer: Signer, terms: Terms) -> Reply:
    envelope = proven.batch.envelope
    now_held = _held_with(envelope, head)
    is_new = now_held != head.position
    token = signer.new_token()
    answer = signer.answer(proven, now_held, token, terms.pace, terms.offer)
    srv_seq = evidence.add(proven.batch, head.seq + 1, proven.arrived, answer) if is_new else None
    evidence.move(envelope.station, envelope.epoch, Head(now_held.seq, now_held.h, token, signer.inc))
    evidence.remember(envelope, proven.arrived.digest, srv_seq=srv_seq, answer=None if is_new else answer)
    return Reply(200, answer)
