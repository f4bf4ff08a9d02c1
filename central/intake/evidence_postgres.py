"""The evidence on PostgreSQL: one statement asks for a whole group of requests, and one writes it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Self

from central.config import PostgresConfig
from central.intake import schema_postgres
from central.intake.evidence import (
    ANSWERS_KEPT,
    REQUESTS_KEPT,
    Arrived,
    Evidence,
    Head,
    Remembered,
    Rows,
    hash_inside,
    request_key,
)
from central.intake.group import Asked, Group, Journal, NewBatch, Request
from central.intake.mark import Mark
from central.store import standby
from central.store.postgres import Connection
from sync_agent import wire

# Each key is looked up by itself, whatever the planner believes of tables it has not counted yet: OFFSET 0
# keeps it from joining a group with all there is.
_ASK: Final = """
SELECT h.seq, h.h, h.token, h.inc, r.request_digest, coalesce(r.answer, b.answer),
  current_setting('synchronous_standby_names')
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[]) WITH ORDINALITY
  AS a (station, epoch, sync_no, nonce, place)
LEFT JOIN LATERAL (
  SELECT * FROM station_head WHERE station = a.station AND epoch = a.epoch OFFSET 0
) h ON true
LEFT JOIN LATERAL (
  SELECT * FROM replay
  WHERE station = a.station AND epoch = a.epoch AND sync_no = a.sync_no AND nonce = a.nonce OFFSET 0
) r ON true
LEFT JOIN LATERAL (SELECT answer FROM batch WHERE srv_seq = r.srv_seq OFFSET 0) b ON true
ORDER BY a.place
"""
_OLD: Final = """
ARRAY(SELECT old.ctid FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS o (station, epoch, sync_no)
  CROSS JOIN LATERAL (
    SELECT ctid FROM replay_part WHERE lea = %s AND school = %s AND station = o.station
    AND epoch = o.epoch AND sync_no = o.sync_no OFFSET 0
  ) old)
"""
_WRITE: Final = f"""
WITH kept AS (
  INSERT INTO batch
    (srv_seq, station, epoch, first_seq, last_seq, last_h, received_ms, bytes, digest, answer)
  SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[],
    %s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[])
), moved AS (
  INSERT INTO station_head_part (station, epoch, seq, h, token, inc)
  SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bytea[], %s::text[], %s::text[])
  ON CONFLICT (lea, school, station, epoch)
  DO UPDATE SET seq = excluded.seq, h = excluded.h, token = excluded.token, inc = excluded.inc
), noted AS (
  INSERT INTO replay_part AS r (station, epoch, sync_no, nonce, request_digest, srv_seq, answer)
  SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::bytea[], %s::bigint[],
    %s::bytea[])
  ON CONFLICT (lea, school, station, epoch, sync_no, nonce)
  DO UPDATE SET srv_seq = excluded.srv_seq, answer = excluded.answer
), emptied AS (
  UPDATE replay_part SET answer = NULL WHERE ctid = ANY({_OLD}) AND answer IS NOT NULL
)
DELETE FROM replay_part WHERE ctid = ANY({_OLD}) AND srv_seq IS NULL
"""  # noqa: S608  our own constants


class PostgresEvidence(Evidence):
    """The one writing connection of a school, which holds the school's lock.

    What is common is kept back until `commit` and judged against what `begin` asked for; what is rare
    is done at once, in a transaction that the commit ends.
    """

    def __init__(self, connection: Connection, config: PostgresConfig, mark: Mark | None = None) -> None:
        self._connection = connection
        self._config = config
        self._mark = mark
        self._alarm = standby.Alarm(connection)
        self._do = self._carry_out
        self.is_sound = True
        self._has_transaction = self._has_savepoint = False
        self._last = super().newest()
        self._prepare((), ())

    @classmethod
    def open(cls, config: PostgresConfig, mark: Mark | None = None) -> Self:
        """Connect; raises UnavailableError or ConfigError. `mark` is told how far the evidence has come."""
        return cls(schema_postgres.open_school(config), config, mark)

    @property
    def connection(self) -> Connection:
        """Return the connection, for what else is settled before anything is judged."""
        return self._connection

    def close(self) -> None:
        """Give up whatever is not committed, and the connection with its lock."""
        self._connection.close()

    def newest(self) -> tuple[int, bytes] | None:
        """Return the place of the last batch committed and the digest of its bytes, None before the first."""
        return self._last

    def begin(self, about: Sequence[wire.Envelope] = ()) -> None:
        """Ask in one statement for all that is held of these batches' journals and requests."""
        if not about:
            standby.require(self._connection, self._config)
            self._prepare((), ())
            return
        asked = [request_key(envelope) for envelope in about]
        rows = self._connection.execute(
            _ASK, [list(column) for column in zip(*asked, strict=True)], binary=True
        )
        found = rows.fetchall()
        standby.refuse_alone(found[0][-1], self._config)
        self._prepare(asked, found)

    def commit(self) -> None:
        """Write the group in one statement, and return when it is on the disk, and the standby's."""
        group = self._group
        if group:
            self._connection.execute(_WRITE, _columns(group, self._config), prepare=True)
        if self._has_transaction:
            self._connection.execute("COMMIT")
            self._has_transaction = False
        self._alarm.prove()
        if group.batches:
            last = group.batches[-1]
            self._last = last.srv_seq, last.arrived.digest
        if self._mark is not None and self._last is not None:
            self._mark.note(*self._last)

    def rest(self) -> None:
        """Leave it to PostgreSQL, which moves its log beside everybody's work."""

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Undo what is done inside when it ends in an error, and nothing else.

        `is_sound` tells afterwards whether that worked; if not, the group is lost as a whole.
        """
        self.is_sound = False
        self._own = Group()
        if self._has_transaction:
            self._save()
        try:
            yield
            self._group.take_in(self._own)
        except BaseException:
            if self._has_savepoint:
                self._connection.execute("ROLLBACK TO one")
            self.is_sound = not self._connection.closed
            raise
        finally:
            self._own, self._has_savepoint = self._group, False
        self.is_sound = True

    def head(self, station: str, epoch: int) -> Head | None:
        """Return how far an epoch is held, None for one that is not registered."""
        journal = station, epoch
        for known in (self._own.heads, self._group.heads, self._heads):
            if journal in known:
                return known[journal]
        return super().head(station, epoch)

    def hash_at(self, station: str, epoch: int, seq: int) -> bytes:
        """Return the hash of an entry that is held, recomputed from its batch; raises WireError."""
        for new in self._added(station, epoch):
            if new.first_seq <= seq:
                envelope = new.batch.envelope
                return hash_inside(seq, envelope.last, envelope.batch_h, new.arrived.data)
        return super().hash_at(station, epoch, seq)

    def newest_by_line(self, station: str, epoch: int) -> int:
        """Return the last sequence a station itself sent, 0 where all of it was carried here by hand."""
        for new in self._added(station, epoch):
            if new.batch.envelope.via == wire.LINE:
                return new.batch.envelope.last
        return super().newest_by_line(station, epoch)

    def add(self, batch: wire.Batch, first_seq: int, arrived: Arrived, answer: bytes) -> int:
        """Keep a batch whose entries from `first_seq` on are new; return its place among all received."""
        held = 0 if self._last is None else self._last[0]
        waiting = len(self._group.batches)
        if self._own is not self._group:
            waiting += len(self._own.batches)
        new = NewBatch(held + waiting + 1, first_seq, batch, arrived, answer)
        self._own.batches.append(new)
        return new.srv_seq

    def move(self, station: str, epoch: int, head: Head) -> None:
        """Note how far an epoch is held now, and what its next request must show."""
        self._own.heads[station, epoch] = head

    def remembered(self, envelope: wire.Envelope) -> Remembered | None:
        """Return the earlier request of this number and nonce, if there was one."""
        request = request_key(envelope)
        own = self._own.remembered(request) or self._group.remembered(request)
        if own is not None or request in self._requests:
            return own or self._requests[request]
        return super().remembered(envelope)

    def remember(
        self, envelope: wire.Envelope, digest: bytes, *, srv_seq: int | None, answer: bytes | None
    ) -> None:
        """Remember a request by where its answer is, and forget what nobody can still be waiting for."""
        self._own.asked[request_key(envelope)] = Asked(digest, srv_seq, answer)

    def register(self, registration: wire.Registration, arrived: Arrived, inc: str) -> None:
        """Make an epoch known, with nothing held of it yet."""
        super().register(registration, arrived, inc)
        journal = registration.station, registration.epoch
        head = super().head(*journal)
        if head is not None:
            self._own.heads[journal] = head

    def _prepare(self, asked: Sequence[Request], found: Sequence[Sequence[Any]]) -> None:
        self._group = self._own = Group()
        self._heads: dict[Journal, Head | None] = {}
        self._requests: dict[Request, Remembered | None] = {}
        for request, (seq, h, token, inc, digest, answer, _) in zip(asked, found, strict=True):
            self._heads[request[:2]] = None if seq is None else Head(seq, h, token, inc)
            self._requests[request] = None if digest is None else Remembered(digest, answer)

    def _added(self, station: str, epoch: int) -> list[NewBatch]:
        """Return what this group adds to a journal, the newest first."""
        own = [] if self._own is self._group else self._own.of(station, epoch)
        return [*self._group.of(station, epoch), *own][::-1]

    def _carry_out(self, sql: str, values: Sequence[object] = ()) -> Rows:
        if not sql.startswith("SELECT"):
            self._begin_rare()
        return self._connection.execute(_as_here(sql), values, binary=True)

    def _begin_rare(self) -> None:
        if not self._has_transaction:
            self._connection.execute("BEGIN")
            self._has_transaction = True
        if self._own is not self._group and not self._has_savepoint:
            self._save()

    def _save(self) -> None:
        self._connection.execute("SAVEPOINT one")
        self._has_savepoint = True


@cache
def _as_here(sql: str) -> str:
    return sql.replace("?", "%s")


def _columns(group: Group, config: PostgresConfig) -> list[object]:
    """Return what the writing statement takes: one list for each column, and whose the old rows are."""
    batches = [
        (
            new.srv_seq,
            *(new.batch.envelope.station, new.batch.envelope.epoch),
            *(new.first_seq, new.batch.envelope.last, new.batch.envelope.batch_h),
            *(new.arrived.received_ms, new.arrived.data, new.arrived.digest, new.answer),
        )
        for new in group.batches
    ]
    heads = [(*key, head.seq, head.h, head.token, head.inc) for key, head in group.heads.items()]
    asked = [(*key, each.digest, each.srv_seq, each.answer) for key, each in group.asked.items()]
    # A row is written once in a statement: what is noted now is not forgotten in the same one.
    noted = {key[:3] for key in group.asked}
    empty = {(*key[:2], key[2] - ANSWERS_KEPT) for key in group.asked} - noted
    gone = {(*key[:2], key[2] - REQUESTS_KEPT) for key in group.asked} - noted
    whose = [config.lea, config.school]
    old = [[*_lists(3, sorted(some)), *whose] for some in (empty, gone)]
    return [*_lists(10, batches), *_lists(6, heads), *_lists(7, asked), *old[0], *old[1]]


def _lists(width: int, rows: Sequence[tuple[object, ...]]) -> list[object]:
    return [list(column) for column in (zip(*rows, strict=True) if rows else ([] for _ in range(width)))]
