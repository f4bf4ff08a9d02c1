"""Sign what a station is told: acknowledgements, beacons, registrations, refusals and their proof."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final, TypeAlias

from central.intake.admission import FIRST_UNITS_A_SECOND
from central.intake.evidence import Head
from central.intake.identity import Server
from central.intake.offer import Offer
from central.intake.reply import Reply, refused
from central.intake.verify import ProvenBatch
from station import chain
from station.logs import Log
from sync_agent import wire
from sync_agent.signing import SignatureError, VerifyKey, open_note, sign_note

log = Log(__name__)

Now: TypeAlias = Callable[[], datetime]
"""Says what time it is, as an aware UTC datetime."""

EPS_MS: Final = 50
"""How far this server's own clock may be from UTC where nothing better is known."""

Asked: TypeAlias = wire.Envelope | wire.Registration | wire.Digests
"""What a station asked; a proof names its station, epoch and nonce."""
_NOTHING: Final = wire.Position(0, chain.START)
POLL_S: Final = 30
# After an outage, W = 1.2 N b / C seconds for N stations that each bring b units of work and C units a
# second. A day's backlog is a batch of a hundred entries and the empty one that finds nothing left.
_UNITS_EACH: Final = 4
_SPREAD: Final = 1.2
_LEAST_WINDOW_S: Final = 2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ms(at: datetime) -> int:
    """Return an aware instant as whole milliseconds UTC since 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def reconnect_window_s(stations: int, units_a_second: float = FIRST_UNITS_A_SECOND) -> int:
    """Return over how many seconds so many stations spread their first contact after an outage.

    `units_a_second` is what this intake was seen to do.
    """
    return max(_LEAST_WINDOW_S, ceil(_SPREAD * stations * _UNITS_EACH / units_a_second))


def pace(stations: int, units_a_second: float = FIRST_UNITS_A_SECOND) -> wire.Pace:
    """Return how often and how much one of so many stations is to send."""
    return wire.Pace(
        poll_s=POLL_S,
        max_entries=wire.MAX_ENTRIES,
        max_bytes=wire.MAX_BODY_BYTES,
        reconnect_window_s=reconnect_window_s(stations, units_a_second),
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """What a signature rests on beside the key; by itself, nothing lasts beyond this process.

    `begin` makes the next life of the store last. `safe_seq` tells how far an epoch of a station is
    in a backup, `eps_ms` how far this machine's clock may be from UTC at this moment.
    """

    begin: Callable[[Server, str], Server] = lambda before, inc: replace(
        before, inc=inc, term=before.term + 1
    )
    safe_seq: Callable[[str, int], int] = lambda _station, _epoch: 0
    eps_ms: Callable[[], int] = lambda: EPS_MS


class Signer:
    """Signs in the name of one server, in the life its store has at that moment."""

    def __init__(
        self, server: Server, now: Now, new_token: Callable[[], str], ground: Ground | None = None
    ) -> None:
        """Take the clock, and the source of ratchet tokens nobody can guess."""
        self.new_token = new_token
        self._server = server
        self._now = now
        self._ground = ground or Ground()

    @property
    def inc(self) -> str:
        """Return the life of the store."""
        return self._server.inc

    @property
    def term(self) -> int:
        """Return how many lives the store has had, and how often another server took its place."""
        return self._server.term

    @property
    def verify_key(self) -> VerifyKey:
        """Return the key that proves what is signed here."""
        return self._server.key.verify_key

    def rise(self, term: int) -> None:
        """Acknowledge in this term from now on; a lower one than before changes nothing."""
        if term > self._server.term:
            log.warning("term.risen", before=self._server.term, term=term)
            self._server = replace(self._server, term=term)

    def begin_incarnation(self, reason: str) -> None:
        """Begin a new life of the store: what it said to hold before need not be held any more.

        Raises OSError when that cannot be written down.
        """
        self._server = self._ground.begin(self._server, self.new_token())
        log.error("incarnation.begun", reason=reason, inc=self._server.inc, term=self._server.term)

    def answer(
        self, proven: ProvenBatch, held: wire.Position, token: str, pace: wire.Pace, offer: Offer
    ) -> bytes:
        """Return the body that acknowledges everything up to `held`."""
        envelope = proven.batch.envelope
        sent_at = self._sent_at(proven.arrived.received_ms)
        ack = wire.Ack(
            station=envelope.station,
            epoch=envelope.epoch,
            seq=held.seq,
            h=held.h,
            safe_seq=min(held.seq, self._ground.safe_seq(envelope.station, envelope.epoch)),
            at=sent_at,
            server=self._server.name,
            inc=self._server.inc,
            term=self._server.term,
        )
        beacon = wire.Beacon(
            station=envelope.station,
            nonce=envelope.nonce,
            t2_ms=proven.arrived.received_ms,
            t3_ms=ms(sent_at),
            eps_ms=self._ground.eps_ms(),
            head=envelope.head.h,
        )
        return wire.Answer(
            ack=sign_note("ack", ack.members(), self._server.key),
            beacon=sign_note("beacon", beacon.members(), self._server.key),
            token=token,
            pace=pace,
            roster=offer.roster,
            config=offer.config,
            certificate=offer.certificate,
        ).to_json()

    def again(self, answer: bytes) -> bytes:
        """Return an answer that was given before, in the present term: stations refuse a lower one.

        Only the acknowledgement is signed anew, and only where the term has risen since.
        """
        told = wire.Answer.from_json(answer)
        try:
            ack = wire.Ack.of(open_note("ack", told.ack, self.verify_key))
        except SignatureError:
            # By a key this server no longer has: whoever pins that one can still prove it.
            return answer
        if ack.term >= self.term:
            return answer
        signed = sign_note("ack", replace(ack, term=self.term).members(), self._server.key)
        return replace(told, ack=signed).to_json()

    def registered(self, registration: wire.Registration, registered_ms: int) -> dict[str, str]:
        """Return the Signed object that confirms an epoch."""
        note = wire.EpochNote(
            station=registration.station,
            epoch=registration.epoch,
            at=_EPOCH + timedelta(milliseconds=registered_ms),
            server=self._server.name,
            inc=self._server.inc,
            term=self._server.term,
        )
        return sign_note("epoch", note.members(), self._server.key)

    def refused(self, name: str, asked: Asked, head: Head | None, **members: object) -> Reply:
        """Return one of the problems a station acts upon, with the proof that this server gave it.

        `head` is how far the epoch is held, None for one that is not known.
        """
        refusal = wire.Refusal(
            station=asked.station,
            epoch=asked.epoch,
            nonce=asked.nonce,
            type=name,
            held=_NOTHING if head is None else head.position,
            at=self._now(),
            server=self._server.name,
            inc=self._server.inc,
            term=self._server.term,
        )
        proof = sign_note("refusal", refusal.members(), self._server.key)
        return refused(name, **members, proof=proof)

    def key(self, station: str, kid: str, nonce: str, state: wire.KeyState) -> bytes:
        """Return the body that tells a station how far its key has come."""
        note = wire.KeyNote(
            station=station,
            kid=kid,
            nonce=nonce,
            state=state,
            at=self._now(),
            server=self._server.name,
            inc=self._server.inc,
            term=self._server.term,
        )
        return wire.key_answer(note.members(), self._server.key)

    def agreed(self, digests: wire.Digests, agreed_seq: int, head: Head) -> dict[str, str]:
        """Return the Signed object that says how far an epoch is held, and how far both ends agree."""
        note = wire.DigestsNote(
            station=digests.station,
            epoch=digests.epoch,
            nonce=digests.nonce,
            agreed_seq=agreed_seq,
            held=head.position,
            at=self._now(),
            server=self._server.name,
            inc=self._server.inc,
            term=self._server.term,
        )
        return sign_note("digests", note.members(), self._server.key)

    def beacon(self, nonce: str, received_ms: int) -> dict[str, str]:
        """Return the Signed object that tells anybody the time; it names no station and no head."""
        beacon = wire.Beacon(
            station="",
            nonce=nonce,
            t2_ms=received_ms,
            t3_ms=ms(self._sent_at(received_ms)),
            eps_ms=self._ground.eps_ms(),
            head=chain.START,
        )
        return sign_note("beacon", beacon.members(), self._server.key)

    def _sent_at(self, received_ms: int) -> datetime:
        # This machine's clock may be set back between the two; an answer is never before its question.
        return max(self._now(), _EPOCH + timedelta(milliseconds=received_ms))
