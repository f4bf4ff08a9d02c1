"""Write what central lacks as files to be carried there by hand: the same signed bytes as on the line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from station import chain
from station.errors import ChainError, EntryError
from station.journal import JournalReader
from station.tap import Reading, decode
from sync_agent.composing import Identity, compose_registration
from sync_agent.folder import place, place_bytes
from sync_agent.outbox import Limits, Parcel, next_parcel, reached
from sync_agent.standing import Peer
from sync_agent.wire import USB, Envelope, Have, Position, nonce_text, pack

ENDING: Final = ".rollbook"
RECEIPT_ENDING: Final = ".receipt.json"
_START: Final = Position(0, chain.START)


@dataclass(frozen=True, slots=True)
class Source:
    """What there is to write; `peers` says how far central has each epoch, `nonce` draws 16 bytes."""

    identity: Identity
    journal: JournalReader
    peers: Mapping[int, Peer]
    have: Callable[[int], Have]
    reading: Reading
    nonce: Callable[[], bytes]


@dataclass(slots=True)
class Written:
    """What was written, and a sentence for whatever could not be."""

    files: list[str] = field(default_factory=list)
    entries: int = 0
    left: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def export(source: Source, folder: Path, *, is_all: bool) -> Written:
    """Write every epoch's entries after the cursor, or all there are, and a summary for people.

    Each file is whole and on the disk before the next is begun, in the order in which central wants
    them, so that a stick pulled out early holds a beginning that is good. Raises MemoryFileError when
    the folder cannot be written, JournalError.
    """
    written = Written()
    for number, epoch in enumerate(source.journal.epochs(), start=1):
        _export_epoch(source, folder, _Epoch(number, source.peers.get(epoch, Peer(epoch)), is_all), written)
    place(folder / f"{source.identity.station}-summary.txt", _summary(source, written), is_durable=True)
    return written


@dataclass(frozen=True, slots=True)
class _Epoch:
    """One epoch: which of the journal's it is, how far central has it, whether that matters."""

    number: int
    peer: Peer
    is_all: bool

    @property
    def after(self) -> Position:
        return _START if self.is_all else self.peer.acked


def _export_epoch(source: Source, folder: Path, epoch: _Epoch, written: Written) -> None:
    after, end = epoch.after, source.journal.head(epoch.peer.epoch).seq
    name = f"{source.identity.station}-{epoch.number:03}"
    if epoch.peer.parted is not None:
        written.left.append(_of_parted(epoch, end))
        return
    if after.seq >= end:
        return
    first = after.seq + 1
    while after.seq < end:
        parcel = _next(source, epoch.peer.epoch, after)
        if not parcel.bodies:
            written.left.append(
                f"epoch {epoch.number}: entry {after.seq + 1} cannot be chained to the one before"
            )
            break
        if after.seq + 1 == first:
            _lay(folder / f"{name}-{0:010}-epoch{ENDING}", _registration(source, epoch.peer.epoch), written)
        message = _batch(source, epoch.peer, after, parcel)
        _lay(folder / f"{name}-{after.seq + 1:010}-{parcel.last.seq:010}{ENDING}", message, written)
        written.entries += len(parcel.bodies)
        after = parcel.last
    if after.seq >= first:
        written.lines.append(f"epoch {epoch.number} ({epoch.peer.epoch}): entries {first} to {after.seq}")


def _of_parted(epoch: _Epoch, end: int) -> str:
    carried_seq = reached(epoch.peer)
    parted = f"epoch {epoch.number} parted ({epoch.peer.parted})"
    if epoch.peer.agreed_inc is None:
        return (
            f"{parted}; only the agent can learn from central what of it is to be carried: let it talk first"
        )
    if carried_seq < end:
        waiting = end - carried_seq
        return f"{parted} and {waiting} entries are yet to be carried: let station and agent run first"
    return f"{parted}; all that central lacks of it is carried inside a later one"


def _lay(file: Path, message: bytes, written: Written) -> None:
    place_bytes(file, message, is_durable=True)
    written.files.append(file.name)


def _next(source: Source, epoch: int, after: Position) -> Parcel:
    try:
        return next_parcel(source.journal, epoch, after, Limits())
    except ChainError:
        # A hole, or a receipt of another history: either way nothing behind it can be proven here.
        return Parcel([], after, after)


def _registration(source: Source, epoch: int) -> bytes:
    rows = source.journal.rows(epoch, 0, 1)
    try:
        payload = decode(rows[0].body).payload if rows else None
    except EntryError:
        payload = None
    return compose_registration(source.identity, epoch, payload if isinstance(payload, dict) else {})[1]


def _batch(source: Source, peer: Peer, after: Position, parcel: Parcel) -> bytes:
    envelope = Envelope(
        station=source.identity.station,
        epoch=peer.epoch,
        # No place in the numbering of requests: nobody waits for the answer.
        sync_no=1,
        nonce=nonce_text(source.nonce()),
        token=None,
        sw=source.identity.sw,
        boot=source.reading.boot,
        t1_raw_ms=source.reading.raw_ms,
        head=parcel.head,
        first=after.seq + 1,
        prev=after.h,
        count=len(parcel.bodies),
        batch_h=parcel.last.h,
        have=source.have(peer.acked.seq),
        via=USB,
    )
    return pack(envelope, parcel.bodies, source.identity.key.sign)


def _summary(source: Source, written: Written) -> str:
    identity = source.identity
    lines = [
        f"Rollbook station {identity.station}, software {identity.sw}",
        f"{written.entries} entries in {len(written.files)} files, signed by the key {identity.key.kid}",
        *(written.lines or ["Central has acknowledged everything."]),
        *(f"Not here: {sentence}." for sentence in written.left),
        "",
        "On the server: rollbook-central import-usb with this folder. It writes receipts beside the files.",
        "Back at the station: rollbook-sync import-usb with this folder, with rollbook-sync.service stopped.",
        "The files hold no names and no card numbers.",
    ]
    return "\n".join(lines) + "\n"
