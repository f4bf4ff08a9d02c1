"""What an answer proves and what follows from it: pure decisions, no IO."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from station.clock import instant
from sync_agent.errors import SignatureError, WireError
from sync_agent.ports import Dated, Reply
from sync_agent.signing import VerifyKey, open_note
from sync_agent.standing import Peer, Pending
from sync_agent.wire import PROBLEM_MEDIA_TYPE, Ack, Answer, Beacon, EpochNote, Problem, decode_object

_OK = 200
# Central looked at the request and did not carry it out: it need not be repeated to the letter.
_NOT_CARRIED_OUT = frozenset({"idempotency-mismatch"})


@dataclass(frozen=True, slots=True)
class Ground:
    """What an answer is held against.

    `hash_at` gives the journal's own hash at a sequence of the epoch in question, None beyond its end.
    """

    station: str
    peer: Peer
    term: int
    server_key: VerifyKey
    hash_at: Callable[[int], bytes | None]


@dataclass(frozen=True, slots=True)
class Proven:
    """Central holds every entry up to `ack.seq`; the one case in which anything counts as sent."""

    ack: Ack
    answer: Answer
    beacon: Beacon | None


@dataclass(frozen=True, slots=True)
class Registered:
    """Central knows the epoch."""

    note: EpochNote


@dataclass(frozen=True, slots=True)
class Rewind:
    """Central lacks entries after `seq`; send again from there."""

    seq: int


@dataclass(frozen=True, slots=True)
class Reregister:
    """Central does not know the epoch; register it and begin it anew."""


@dataclass(frozen=True, slots=True)
class Shrink:
    """The batch is too large; halve it, and stay within what was said, if anything was."""

    entries: int | None
    body_bytes: int | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is known to have happened; try again later, with the very same bytes unless `discard`."""

    reason: str
    retry_after_s: float | None = None
    discard: bool = False


@dataclass(frozen=True, slots=True)
class Halt:
    """A person must look before anything more is sent.

    Nothing is lost meanwhile: the journal keeps every entry and goes on growing. A new epoch that
    carries the entries over does not exist yet; until it does, whoever has settled the matter with
    central restarts the agent or runs `rollbook-sync once`, or waits: it asks again every few hours,
    because nobody may come by the room it hangs in.
    """

    reason: str


Judgement: TypeAlias = Proven | Registered | Rewind | Reregister | Shrink | Wait | Halt


def judge_batch(reply: Reply, pending: Pending, ground: Ground) -> Judgement:
    """Decide what the answer to a batch means.

    Sent is only what the success predicate proves: status 200, JSON, an acknowledgement that verifies
    under the pinned key, for this station and epoch, in no lower term, whose hash is the journal's own.
    """
    if reply.status != _OK:
        return _judge_problem(reply, ground.peer)
    try:
        answer = Answer.from_json(reply.body)
        ack = Ack.of(open_note("ack", answer.ack, ground.server_key))
    except (WireError, SignatureError) as error:
        return Wait(f"the answer proves nothing: {error}")
    objection = _objection(ack, pending, ground)
    if objection is not None:
        return objection
    return Proven(ack, answer, _beacon(answer.beacon, pending, ground))


def judge_registration(reply: Reply, ground: Ground) -> Judgement:
    """Decide what the answer to a registration means."""
    if reply.status != _OK:
        judgement = _judge_problem(reply, ground.peer)
        # Gap and the like say nothing about a registration; whoever sends them is waited out.
        return (
            judgement if isinstance(judgement, Wait | Halt) else Wait("the registration was not understood")
        )
    try:
        note = EpochNote.of(
            open_note("epoch", decode_object(reply.body, "answer").members, ground.server_key)
        )
    except (WireError, SignatureError) as error:
        return Wait(f"the answer proves nothing: {error}")
    if (note.station, note.epoch) != (ground.station, ground.peer.epoch):
        return Wait("the answer speaks of another station or epoch")
    if note.term < ground.term:
        return Wait(f"the answer is of term {note.term}, but term {ground.term} was seen already")
    return Registered(note)


def is_valid_now(dated: Dated, nonce: str, server_key: VerifyKey) -> bool:
    """Decide whether central's own signed time lies within its certificate's dates.

    If it does, the certificate is good and this machine's clock is wrong (a station that was
    off for a summer, on a network without time servers).
    """
    try:
        beacon = Beacon.of(open_note("beacon", decode_object(dated.reply.body, "time").members, server_key))
    except (WireError, SignatureError):
        return False
    # The nonce was drawn a moment ago: an old answer cannot hold it.
    return beacon.nonce == nonce and dated.not_before <= instant(beacon.t3_ms) <= dated.not_after


def _objection(ack: Ack, pending: Pending, ground: Ground) -> Judgement | None:
    if (ack.station, ack.epoch) != (ground.station, pending.epoch):
        return Wait("the acknowledgement is for another station or epoch")
    if ack.term < ground.term:
        return Wait(f"the acknowledgement is of term {ack.term}, but term {ground.term} was seen already")
    mine = ground.hash_at(ack.seq)
    if ack.h != mine:
        # Central holds more than this journal, or something else: both are for a person.
        return Halt("rollback" if mine is None else "fork")
    # Only a store that has begun a new life may hold less than before.
    return None if ack.inc != ground.peer.inc else _going_back(ack, pending, ground.peer)


def _going_back(ack: Ack, pending: Pending, peer: Peer) -> Judgement | None:
    if ack.seq < peer.acked.seq:
        return Wait("the acknowledgement went back within one life of the server's store")
    if ack.seq < pending.first <= pending.last:
        return Wait("the acknowledgement covers nothing of what was sent")
    return None


def _judge_problem(reply: Reply, peer: Peer) -> Judgement:
    if reply.media_type != PROBLEM_MEDIA_TYPE:
        return Wait(f"an answer {reply.status} that central would not give", reply.retry_after_s)
    try:
        problem = Problem.from_json(reply.status, reply.body)
        have_seq = problem.fields.whole("have_seq") if problem.type == "gap" else 0
    except WireError as error:
        return Wait(f"a problem that cannot be read: {error}", reply.retry_after_s)
    match problem.type:
        case "gap":
            judgement = _gap(have_seq, peer)
        case "epoch-unknown":
            judgement = Reregister()
        case "too-large":
            judgement = Shrink(_limit(problem.members, "max_entries"), _limit(problem.members, "max_bytes"))
        case "fork" | "rollback" | "clone" | "revoked":
            judgement = Halt(problem.type)
        case _:
            discard = problem.type in _NOT_CARRIED_OUT
            judgement = Wait(problem.type, reply.retry_after_s, discard=discard)
    return judgement


def _gap(have_seq: int, peer: Peer) -> Judgement:
    if have_seq >= peer.acked.seq:
        return Wait("a gap was reported where there is none")
    return Rewind(have_seq)


def _limit(members: Mapping[str, object], key: str) -> int | None:
    value = members.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _beacon(signed: Mapping[str, object], pending: Pending, ground: Ground) -> Beacon | None:
    try:
        beacon = Beacon.of(open_note("beacon", signed, ground.server_key))
    except (WireError, SignatureError):
        return None
    return beacon if (beacon.station, beacon.nonce) == (ground.station, pending.nonce) else None
