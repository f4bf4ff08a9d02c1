"""The shape of the agent's own database, release by release."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("sync_agent")

_FIRST = (
    # What is known of central as a whole, and of the agent itself. One row.
    """CREATE TABLE standing (
        id INTEGER PRIMARY KEY CHECK (id = 1), inc TEXT, term INT NOT NULL, time_floor_ms INT NOT NULL,
        attempt INT NOT NULL, halted TEXT, window_s INT NOT NULL,
        success_boot INT, success_raw_ms INT, success_at TEXT, roster_version INT, roster_etag TEXT
    ) STRICT""",
    # How far each epoch has come at central, and the ratchet both ends hold for it.
    """CREATE TABLE peer (
        epoch INT PRIMARY KEY, is_registered INT NOT NULL, acked_seq INT NOT NULL, acked_h BLOB NOT NULL,
        safe_seq INT NOT NULL, token TEXT, sync_no INT NOT NULL, inc TEXT
    ) STRICT""",
    # The one request that may be on its way; kept before it is sent, byte for byte.
    """CREATE TABLE pending (
        id INTEGER PRIMARY KEY CHECK (id = 1), epoch INT NOT NULL, sync_no INT NOT NULL, nonce TEXT NOT NULL,
        first INT NOT NULL, last INT NOT NULL, batch_h BLOB NOT NULL, head_seq INT NOT NULL,
        boot INT NOT NULL, t1_raw_ms INT NOT NULL, idempotency_key TEXT NOT NULL, message BLOB NOT NULL
    ) STRICT""",
    # Central's signed acknowledgements, as received: the newest of each day is kept for ever.
    """CREATE TABLE receipt (
        epoch INT NOT NULL, day TEXT NOT NULL, inc TEXT NOT NULL, seq INT NOT NULL, note TEXT NOT NULL,
        PRIMARY KEY (epoch, day, inc, seq)
    ) STRICT""",
)


@MIGRATIONS()
def first_release(db: Database) -> None:
    """Make the four tables and the one row of standing."""
    for statement in _FIRST:
        db.execute(statement)
    db.table("standing").insert({"id": 1, "term": 0, "time_floor_ms": 0, "attempt": 0, "window_s": 0})


@MIGRATIONS()
def entries_behind_a_hole(db: Database) -> None:
    """Remember how far the entries behind a hole of an epoch were carried into another."""
    db.execute("ALTER TABLE peer ADD COLUMN carried_seq INT NOT NULL DEFAULT 0")


@MIGRATIONS()
def parted_epochs_and_configuration(db: Database) -> None:
    """Remember which epochs are sent no more and why, and which configuration was accepted."""
    for column in ("parted TEXT", "agreed_seq INT NOT NULL DEFAULT 0", "agreed_inc TEXT"):
        db.execute(f"ALTER TABLE peer ADD COLUMN {column}")
    for column in ("config_version INT", "config_etag TEXT"):
        db.execute(f"ALTER TABLE standing ADD COLUMN {column}")
