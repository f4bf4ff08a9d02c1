"""What an answer proves and what follows from it: pure decisions, no IO."""

from collections.abc import Mapping
from dataclasses import replace

from station.clock import instant
from sync_agent.consequence import Common, Halt, Judgement, Part, Proven, Registered, Reregister, Wait
from sync_agent.errors import SignatureError, WireError
from sync_agent.ground import Ground
from sync_agent.ports import Dated, Reply
from sync_agent.refusals import judge_problem
from sync_agent.signing import open_note
from sync_agent.standing import Pending
from sync_agent.wire import Ack, Answer, Beacon, DigestsNote, EpochNote, Position, decode_object

_OK = 200


def judge_batch(reply: Reply, pending: Pending, ground: Ground) -> Judgement:
    """Decide what the answer to a batch means.

    Sent is only what the success predicate proves: status 200, JSON, an acknowledgement that verifies
    under the pinned key, for this station and epoch, in no lower term, whose hash is the journal's own,
    beside central's signed time for this very request.
    """
    if reply.status != _OK:
        return judge_problem(reply, pending.nonce, ground)
    try:
        answer = Answer.from_json(reply.body)
        ack = Ack.of(open_note("ack", answer.ack, ground.server_key))
        beacon = Beacon.of(open_note("beacon", answer.beacon, ground.server_key))
    except (WireError, SignatureError) as error:
        return Wait(f"the answer proves nothing: {error}")
    if (beacon.station, beacon.nonce) != (ground.station, pending.nonce):
        # An older one, out of a cache or overtaken: the ratchet token in it is used up.
        return Wait("the answer is to another request")
    answer = replace(answer, ack=_signed(answer.ack), beacon=_signed(answer.beacon))
    return _objection(ack, pending, ground) or Proven(ack, answer, beacon)


def judge_registration(reply: Reply, nonce: str, ground: Ground) -> Judgement:
    """Decide what the answer to a registration means."""
    if reply.status != _OK:
        judgement = judge_problem(reply, nonce, ground)
        # Gap and the like say nothing about a registration; whoever sends them is waited out.
        return (
            judgement if isinstance(judgement, Wait | Halt) else Wait("the registration was not understood")
        )
    try:
        note = EpochNote.of(_note("epoch", reply, ground))
    except (WireError, SignatureError) as error:
        return Wait(f"the answer proves nothing: {error}")
    return _misplaced(note, ground) or Registered(note)


def judge_digests(reply: Reply, nonce: str, ground: Ground) -> Judgement:
    """Decide how far central and the journal agree by its answer to a question of digests."""
    if reply.status != _OK:
        judgement = judge_problem(reply, nonce, ground)
        if isinstance(judgement, Reregister):
            # Of an epoch it does not know, central holds nothing.
            return Common(0, judgement.refusal.held, judgement.refusal)
        return judgement if isinstance(judgement, Wait | Halt) else Wait("the question was not understood")
    try:
        note = DigestsNote.of(_note("digests", reply, ground))
    except (WireError, SignatureError) as error:
        return Wait(f"the answer proves nothing: {error}")
    if note.nonce != nonce:
        return Wait("the answer is to another question")
    return _misplaced(note, ground) or Common(note.agreed_seq, note.held, note)


def is_valid_now(dated: Dated, nonce: str, ground: Ground) -> bool:
    """Decide whether central's own signed time lies within its certificate's dates.

    If it does, the certificate is good and this machine's clock is wrong (a station that was
    off for a summer, on a network without time servers).
    """
    try:
        beacon = Beacon.of(_note("beacon", dated.reply, ground))
    except (WireError, SignatureError):
        return False
    # The nonce was drawn a moment ago: an old answer cannot hold it.
    return beacon.nonce == nonce and dated.not_before <= instant(beacon.t3_ms) <= dated.not_after


def _signed(proven: Mapping[str, object]) -> Mapping[str, object]:
    """Return a proven note without whatever somebody on the way put beside it: it is kept for ever."""
    return {name: proven[name] for name in ("note", "kid", "alg", "sig")}


def _note(purpose: str, reply: Reply, ground: Ground) -> dict[str, object]:
    return open_note(purpose, decode_object(reply.body, "answer").members, ground.server_key)


def _misplaced(note: Ack | EpochNote | DigestsNote, ground: Ground) -> Wait | None:
    if (note.station, note.epoch) != (ground.station, ground.peer.epoch):
        return Wait("the answer speaks of another station or epoch")
    if note.term < ground.term:
        return Wait(f"the answer is of term {note.term}, but term {ground.term} was seen already")
    return None


def _objection(ack: Ack, pending: Pending, ground: Ground) -> Judgement | None:
    misplaced = _misplaced(ack, ground)
    if misplaced is not None:
        return misplaced
    mine = ground.hash_at(ack.seq)
    if ack.h != mine:
        # Central holds more than this journal, or something else.
        return Part("rollback" if mine is None else "fork", Position(ack.seq, ack.h), ack)
    # Only a store that has begun a new life may hold less than before.
    return None if ack.inc != ground.peer.inc else _going_back(ack, pending, ground)


def _going_back(ack: Ack, pending: Pending, ground: Ground) -> Judgement | None:
    # A receipt that came by hand may be ahead of the answer to a request from before it.
    if ack.seq < min(ground.peer.acked.seq, pending.last):
        return Wait("the acknowledgement went back within one life of the server's store")
    if ack.seq < pending.first <= pending.last:
        return Wait("the acknowledgement covers nothing of what was sent")
    return None
