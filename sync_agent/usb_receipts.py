"""Read back what central signed for files that were carried to it by hand, and believe it as on the line."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from station.logs import Log
from sync_agent.composing import Identity
from sync_agent.consequence import Proven, Registered, Wait
from sync_agent.errors import SignatureError, WireError
from sync_agent.ground import Ground
from sync_agent.judgement import judge_batch, judge_registration
from sync_agent.memory import Memory
from sync_agent.outbox import Outbox
from sync_agent.ports import Reply
from sync_agent.recovery import heard
from sync_agent.standing import Peer, Pending
from sync_agent.usb import RECEIPT_ENDING
from sync_agent.wire import (
    MAX_MESSAGE_BYTES,
    Position,
    Registration,
    parse_epoch_request,
    unpack,
)

log = Log(__name__)

_MOST_BYTES = 256 * 1024
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class Read:
    """How many receipts moved a cursor, how many said nothing new, and why others were not believed."""

    taken: int = 0
    known: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where receipts are judged: by the agent's own memory and journal."""

    identity: Identity
    outbox: Outbox
    memory: Memory

    def take(self, folder: Path) -> Read:
        """Judge every receipt of this station in a folder, in order, and keep what it proves.

        Raises JournalError and MemoryFileError.
        """
        done = Read()
        for file in sorted(folder.glob(f"{self.identity.station}-*{RECEIPT_ENDING}")):
            try:
                self._judge(file, done)
            except (OSError, WireError, SignatureError) as error:
                done.refused.append(f"{file.name}: {error}")
        return done

    def _judge(self, file: Path, done: Read) -> None:
        message = _content(file.with_name(file.name.removesuffix(RECEIPT_ENDING)))
        reply = Reply(200, "application/json", _content(file))
        if message.startswith(_GZIP):
            why = self._judge_batch(reply, _asked(message), done)
        else:
            why = self._judge_registration(reply, parse_epoch_request(message)[0], done)
        if why is not None:
            done.refused.append(f"{file.name}: {why}")

    def _judge_batch(self, reply: Reply, pending: Pending, done: Read) -> str | None:
        judgement = judge_batch(reply, pending, self._ground(pending.epoch))
        if not isinstance(judgement, Proven):
            return _why(judgement)
        ack, before = judgement.ack, self.memory.peer(pending.epoch)
        if before.inc == ack.inc and ack.seq <= before.acked.seq:
            done.known += 1
            return None
        # The ratchet stays what it is on the line: nobody turned it here.
        peer = replace(
            before, is_registered=True, acked=Position(ack.seq, ack.h), safe_seq=ack.safe_seq, inc=ack.inc
        )
        self.memory.confirm(peer, ack, judgement.answer.ack, heard(self.memory.standing(), ack))
        done.taken += 1
        log.info("usb.receipt", epoch=ack.epoch, seq=ack.seq)
        return None

    def _judge_registration(self, reply: Reply, registration: Registration, done: Read) -> str | None:
        judgement = judge_registration(reply, registration.nonce, self._ground(registration.epoch))
        if not isinstance(judgement, Registered):
            return _why(judgement)
        # What it proves, the receipt of any entry of the epoch proves as well.
        done.known += 1
        return None

    def _ground(self, epoch: int) -> Ground:
        return Ground(
            station=self.identity.station,
            # An old receipt is no fault of anybody's: the stick still holds those of the last time.
            peer=Peer(epoch),
            term=self.memory.standing().term,
            server_key=self.identity.server_key,
            hash_at=lambda seq: self.outbox.hash_at(epoch, seq),
        )


def _asked(message: bytes) -> Pending:
    """Return what the file beside a receipt asked; what the receipt proves hangs on the journal alone."""
    envelope = unpack(message, MAX_MESSAGE_BYTES).envelope
    return Pending(
        epoch=envelope.epoch,
        sync_no=envelope.sync_no,
        nonce=envelope.nonce,
        first=envelope.first,
        last=envelope.last,
        batch_h=envelope.batch_h,
        head_seq=envelope.head.seq,
        boot=envelope.boot,
        t1_raw_ms=envelope.t1_raw_ms,
        idempotency_key=envelope.idempotency_key,
        message=message,
    )


def _why(judgement: object) -> str:
    if isinstance(judgement, Wait):
        return judgement.reason
    return "central holds something else than this journal; let the agent talk to it, or have it compared"


def _content(file: Path) -> bytes:
    with file.open("rb") as stream:
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        msg = f"{file.name} is longer than any message"
        raise WireError(msg)
    return data
