"""What the agent remembers of its talks with central: `agent.sqlite`, of which it is the only writer."""

import dataclasses
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from sync_agent.errors import MemoryFileError
from sync_agent.memory_file import connect, connect_to_read, lock, require_current, wrap
from sync_agent.standing import Peer, Pending, Standing
from sync_agent.wire import Ack, Position


class Memory:
    """The agent's database, opened for writing by one process at a time.

    Every method is one transaction, on the disk when it returns; each raises MemoryFileError.
    """

    def __init__(self, db: Database, held: int, path: Path) -> None:
        self._db = db
        self._held = held
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the database at `path`.

        Raises SchemaError when it is not of this release, MemoryBusyError while another process
        writes it.
        """
        require_current(path)
        held = lock(path)
        try:
            return cls(wrap(connect(path)), held, path)
        except BaseException:
            os.close(held)
            raise

    def close(self) -> None:
        """Let go of the file; closing twice does no harm."""
        self._db.conn.close()
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def standing(self) -> Standing:
        """Return the standing."""
        with self._guarded():
            return _standing(self._db)

    def peer(self, epoch: int) -> Peer:
        """Return how far an epoch has come; the beginning for one never spoken of."""
        with self._guarded():
            return _peer(self._db, epoch)

    def pending(self) -> Pending | None:
        """Return the request that may be on its way."""
        with self._guarded():
            row = next(self._db.table("pending").rows, None)
        if row is None:
            return None
        return Pending(**{name: row[name] for name in (field.name for field in dataclasses.fields(Pending))})

    def receipts(self, epoch: int) -> list[tuple[int, str]]:
        """Return `(seq, Signed as JSON text)` of an epoch's receipts, oldest day first."""
        with self._guarded():
            rows = self._db.table("receipt").rows_where("epoch = ?", [epoch], order_by="day, seq")
            return [(int(row["seq"]), str(row["note"])) for row in rows]

    def offer(self, pending: Pending) -> None:
        """Keep a request before it is sent, and count its number as used."""
        with self._transaction() as db:
            db.table("pending").insert({"id": 1, **dataclasses.asdict(pending)})
            self._put_peer(dataclasses.replace(_peer(db, pending.epoch), sync_no=pending.sync_no))

    def accept(self, peer: Peer, ack: Ack, signed: Mapping[str, object], standing: Standing) -> None:
        """Keep an acknowledgement that was proven: cursor, ratchet, receipt and standing, all or none."""
        with self._transaction():
            self._drop_pending()
            self._put_peer(peer)
            self._put_receipt(ack, signed)
            self._put_standing(standing)

    def confirm(self, peer: Peer, ack: Ack, signed: Mapping[str, object], standing: Standing) -> None:
        """Keep an acknowledgement that was proven and came by hand: what is on its way stays on its way."""
        with self._transaction():
            self._put_peer(peer)
            self._put_receipt(ack, signed)
            self._put_standing(standing)

    def newest_receipt(self, epoch: int, inc: str) -> tuple[int, Mapping[str, object]] | None:
        """Return `(seq, Signed)` of the furthest receipt of an epoch from one life of central's store."""
        with self._guarded():
            found = self._db.table("receipt").rows_where(
                "epoch = ? AND inc = ?", [epoch, inc], order_by="seq DESC", limit=1
            )
            row = next(found, None)
            return None if row is None else (int(row["seq"]), json.loads(row["note"]))

    def restart(self, peer: Peer, standing: Standing | None = None) -> None:
        """Drop the request that was answered otherwise, and go on from this point of its epoch."""
        with self._transaction():
            self._drop_pending()
            self._put_peer(peer)
            if standing is not None:
                self._put_standing(standing)

    def carried(self, epoch: int, seq: int) -> None:
        """Note that the entries of an epoch up to `seq` stand in another epoch too."""
        with self._transaction() as db:
            self._put_peer(dataclasses.replace(_peer(db, epoch), carried_seq=seq))

    def discard(self) -> None:
        """Drop the request that central is known not to have carried out."""
        with self._transaction():
            self._drop_pending()

    def stand(self, **changes: object) -> Standing:
        """Change members of the standing and return it."""
        with self._transaction() as db:
            standing = dataclasses.replace(_standing(db), **changes)  # type: ignore[arg-type]  # members by name
            self._put_standing(standing)
        return standing

    def _drop_pending(self) -> None:
        self._db.table("pending").delete_where("id = 1")

    def _put_peer(self, peer: Peer) -> None:
        row = {
            "epoch": peer.epoch,
            "is_registered": int(peer.is_registered),
            "acked_seq": peer.acked.seq,
            "acked_h": peer.acked.h,
            "safe_seq": peer.safe_seq,
            "token": peer.token,
            "sync_no": peer.sync_no,
            "inc": peer.inc,
            "carried_seq": peer.carried_seq,
            "parted": peer.parted,
            "agreed_seq": peer.agreed_seq,
            "agreed_inc": peer.agreed_inc,
        }
        self._db.table("peer").upsert(row, pk="epoch")

    def _put_receipt(self, ack: Ack, signed: Mapping[str, object]) -> None:
        day, receipts = ack.at.date().isoformat(), self._db.table("receipt")
        same_day = "epoch = ? AND day = ? AND inc = ? AND seq <= ?"
        receipts.delete_where(same_day, [ack.epoch, day, ack.inc, ack.seq])
        note = json.dumps(dict(signed), ensure_ascii=False, separators=(",", ":"))
        receipts.insert({"epoch": ack.epoch, "day": day, "inc": ack.inc, "seq": ack.seq, "note": note})

    def _put_standing(self, standing: Standing) -> None:
        self._db.table("standing").update(1, dataclasses.asdict(standing))

    @contextmanager
    def _transaction(self) -> Iterator[Database]:
        with self._guarded(), self._db.atomic():
            yield self._db

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            msg = f"{self._path}: the agent's database failed ({error}); look at the disk"
            raise MemoryFileError(msg) from error


@dataclasses.dataclass(frozen=True, slots=True)
class Recollection:
    """A look at the agent's database from outside, for a person who asks."""

    standing: Standing
    peers: Mapping[int, Peer]
    is_pending: bool


def look(path: Path) -> Recollection:
    """Return what the database says without becoming its writer; raises SchemaError, MemoryFileError."""
    require_current(path)
    try:
        with closing(connect_to_read(path)) as connection:
            db = wrap(connection)
            peers = {row["epoch"]: _peer(db, row["epoch"]) for row in db.table("peer").rows}
            return Recollection(_standing(db), peers, is_pending=db.table("pending").count > 0)
    except sqlite3.Error as error:
        msg = f"{path}: the agent's database cannot be read ({error}); look at the disk"
        raise MemoryFileError(msg) from error


def _standing(db: Database) -> Standing:
    row = db.table("standing").get(1)
    return Standing(**{field.name: row[field.name] for field in dataclasses.fields(Standing)})


def _peer(db: Database, epoch: int) -> Peer:
    row = next(db.table("peer").rows_where("epoch = ?", [epoch]), None)
    if row is None:
        return Peer(epoch)
    return Peer(
        epoch=row["epoch"],
        is_registered=bool(row["is_registered"]),
        acked=Position(row["acked_seq"], row["acked_h"]),
        safe_seq=row["safe_seq"],
        token=row["token"],
        sync_no=row["sync_no"],
        inc=row["inc"],
        carried_seq=row["carried_seq"],
        parted=row["parted"],
        agreed_seq=row["agreed_seq"],
        agreed_inc=row["agreed_inc"],
    )
