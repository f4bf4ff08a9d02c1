"""What follows from a problem central answers with, and from what only looks like one."""

from collections.abc import Mapping

from sync_agent.consequence import Halt, Judgement, Part, Reregister, Rewind, Shrink, Wait
from sync_agent.errors import SignatureError, WireError
from sync_agent.ground import Ground
from sync_agent.ports import Reply
from sync_agent.signing import open_note
from sync_agent.wire import PROBLEM_MEDIA_TYPE, PROVEN_REFUSALS, Problem, Refusal

_TOO_LARGE = 413
# Central looked at the request and did not carry it out: it need not be repeated to the letter.
_NOT_CARRIED_OUT = frozenset({"idempotency-mismatch"})


def judge_problem(reply: Reply, nonce: str, ground: Ground) -> Judgement:
    """Decide what follows from an answer that is no success to the request named by `nonce`.

    A problem after which a station would send everything again, begin a new epoch or fall silent
    counts only with central's signature over this very request; without it, it is waited out.
    """
    if reply.media_type != PROBLEM_MEDIA_TYPE:
        if reply.status == _TOO_LARGE:
            # Something on the way takes only smaller messages; to halve them does no harm.
            return Shrink()
        return Wait(f"an answer {reply.status} that central would not give", reply.retry_after_s)
    try:
        problem = Problem.from_json(reply.status, reply.body)
    except WireError as error:
        return Wait(f"a problem that cannot be read: {error}", reply.retry_after_s)
    if problem.type in PROVEN_REFUSALS:
        return _judge_refusal(problem, nonce, ground, reply.retry_after_s)
    if problem.type == "too-large":
        return Shrink(_limit(problem.members, "max_entries"), _limit(problem.members, "max_bytes"))
    return Wait(problem.type, reply.retry_after_s, discard=problem.type in _NOT_CARRIED_OUT)


def _judge_refusal(problem: Problem, nonce: str, ground: Ground, retry_after_s: float | None) -> Judgement:
    try:
        refusal = Refusal.of(open_note("refusal", problem.members.get("proof"), ground.server_key))
    except (WireError, SignatureError) as error:
        return Wait(f"{problem.type}, which nothing proves: {error}", retry_after_s)
    about = (ground.station, ground.peer.epoch, nonce, problem.type)
    if (refusal.station, refusal.epoch, refusal.nonce, refusal.type) != about:
        return Wait(f"{problem.type}, proven of something else", retry_after_s)
    if refusal.term < ground.term:
        return Wait(f"{problem.type} in term {refusal.term}, but term {ground.term} was seen already")
    return _judge_proven(refusal, ground)


def _judge_proven(refusal: Refusal, ground: Ground) -> Judgement:
    match refusal.type:
        case "gap":
            return _gap(refusal, ground)
        case "epoch-unknown":
            return Reregister(refusal)
        case "revoked":
            return Halt(refusal.type)
        case _:
            return Part(refusal.type, refusal.held, refusal)


def _gap(refusal: Refusal, ground: Ground) -> Judgement:
    if refusal.held.seq >= ground.peer.acked.seq:
        return Wait("a gap was reported where there is none")
    mine = ground.hash_at(refusal.held.seq)
    if mine is not None and mine != refusal.held.h:
        return Part("fork", refusal.held, refusal)
    return Rewind(refusal)


def _limit(members: Mapping[str, object], key: str) -> int | None:
    value = members.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
