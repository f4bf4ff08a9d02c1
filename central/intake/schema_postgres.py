"""The evidence's tables on PostgreSQL: parents all schools share, and each school's part in its own schema.

Every key begins with `lea` and `school`, so that an engine that shards by them has what it needs, and a
district reads the parents. A school's connection sees its own part alone, under the plain names.
"""

from typing import Final

from central.config import PostgresConfig
from central.errors import ConfigError, UnavailableError
from central.store.postgres import (
    EVIDENCE,
    Connection,
    Error,
    LockTimeoutError,
    connect,
    lock_key,
    unavailable,
)

VERSION: Final = 1
FOUNDING: Final = lock_key("0" * 14, EVIDENCE)
"""Of no school: whoever holds this advisory lock makes tables."""
_PATIENCE: Final = "2s"
"""So long the session of an intake that just ended may take to be gone."""

# Column by column what schema.py has, but what a school alone would not need: whose it is.
TABLES: Final = {
    "batch": (
        (
            "srv_seq bigint NOT NULL, station text NOT NULL, epoch bigint NOT NULL,"
            " first_seq bigint NOT NULL, last_seq bigint NOT NULL, last_h bytea NOT NULL,"
            " received_ms bigint NOT NULL, bytes bytea NOT NULL, digest bytea NOT NULL, answer bytea NOT NULL"
        ),
        ("srv_seq", "station, epoch, first_seq"),
    ),
    "epoch": (
        (
            "station text NOT NULL, epoch bigint NOT NULL, registered_ms bigint NOT NULL,"
            " bytes bytea NOT NULL, prev_epoch bigint"
        ),
        ("station, epoch",),
    ),
    "station_head": (
        (
            "station text NOT NULL, epoch bigint NOT NULL, seq bigint NOT NULL, h bytea NOT NULL, token text,"
            " inc text NOT NULL"
        ),
        ("station, epoch",),
    ),
    "replay": (
        (
            "station text NOT NULL, epoch bigint NOT NULL, sync_no bigint NOT NULL, nonce text NOT NULL,"
            " request_digest bytea NOT NULL, srv_seq bigint, answer bytea"
        ),
        ("station, epoch, sync_no, nonce",),
    ),
    "quarantine": (
        (
            "id bigint NOT NULL, station text NOT NULL, epoch bigint NOT NULL, reason text NOT NULL,"
            " received_ms bigint NOT NULL, bytes bytea NOT NULL, digest bytea NOT NULL"
        ),
        ("id", "digest"),
    ),
    "countersignature": (
        (
            "station text NOT NULL, day text NOT NULL, sha256 text NOT NULL, received_ms bigint NOT NULL,"
            " signed text NOT NULL"
        ),
        ("station, day, sha256",),
    ),
    "enrolment": (
        (
            "token text NOT NULL, station text NOT NULL, kid text NOT NULL, public text NOT NULL,"
            " received_ms bigint NOT NULL"
        ),
        ("token",),
    ),
    "enrolment_refusal": (
        (
            "id bigint NOT NULL, station text NOT NULL, token text NOT NULL, kid text NOT NULL,"
            " reason text NOT NULL, received_ms bigint NOT NULL"
        ),
        ("id", "token, kid, reason"),
    ),
    "rotation": (
        (
            "station text NOT NULL, kid text NOT NULL, public text NOT NULL, after_kid text NOT NULL,"
            " received_ms bigint NOT NULL"
        ),
        ("station, kid",),
    ),
    # On which line of which cluster the evidence was opened last; one row a school.
    "lineage": (
        "system text NOT NULL, timeline bigint NOT NULL, term bigint NOT NULL, opened bigint NOT NULL",
        ("",),
    ),
}
_KEPT_FOREVER: Final = (
    "batch",
    "epoch",
    "quarantine",
    "countersignature",
    "enrolment",
    "enrolment_refusal",
    "rotation",
)
# A batch of a class stays in its row, and a head that moves stays in its page.
_STORED: Final = {
    "batch": "toast_tuple_target = 8160",
    "station_head": "fillfactor = 60",
    "replay": "fillfactor = 80",
}
_COMPRESSED: Final = {"batch": ("bytes", "answer"), "quarantine": ("bytes",)}
"""What is compressed already, or too short to gain by it."""
_BEGINNING: Final = """
CREATE SCHEMA evidence;
CREATE TABLE evidence.form (version integer PRIMARY KEY);
CREATE TABLE evidence.school (lea text, school text, version integer NOT NULL, PRIMARY KEY (lea, school));
CREATE FUNCTION evidence.refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'evidence is never changed'; END $$;
"""
# The writer asks by key alone. Plans made while the tables were small must not stay when they have grown.
_BY_KEY: Final = """
SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
SET plan_cache_mode = force_generic_plan; SET jit = off
"""


def open_school(config: PostgresConfig) -> Connection:
    """Connect for writing, alone for this school, founding its tables when there are none.

    The lock is the session's: it ends with it, and so does whatever statement its server was still at.
    Raises UnavailableError when the server or the lock is not to be had, ConfigError when a newer
    program made the tables.
    """
    connection = connect(config)
    try:
        _take_lock(connection, config)
        _bring_up(connection, config)
        connection.execute(_BY_KEY)
    except Error as error:
        connection.close()
        raise unavailable(config, error) from error
    except Exception:
        connection.close()
        raise
    return connection


def _take_lock(connection: Connection, config: PostgresConfig) -> None:
    key = lock_key(config.school, EVIDENCE)
    connection.execute(f"SET lock_timeout = '{_PATIENCE}'")
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", (key,))
    except LockTimeoutError as error:
        holder = connection.execute(
            "SELECT coalesce(host(client_addr), 'its own machine') FROM pg_locks JOIN pg_stat_activity"
            " USING (pid) WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            " AND (classid::bigint << 32 | objid::bigint) = %s",
            (key,),
        ).fetchone()
        where = "" if holder is None else f" on {holder[0]}"
        msg = f"the evidence of school {config.school} is held by another intake{where}; stop that one first"
        raise UnavailableError(msg) from error
    connection.execute("SET lock_timeout = 0")


def _bring_up(connection: Connection, config: PostgresConfig) -> None:
    if _versions(connection, config) == (VERSION, VERSION):
        return
    # Before the transaction begins: a session that waited inside one may still hold the schema to be missing
    # that another made meanwhile. If this fails, the connection is closed, and the lock goes with it.
    connection.execute("SELECT pg_advisory_lock(%s)", (FOUNDING,))
    with connection.transaction():
        _make(connection, config)
    connection.execute("SELECT pg_advisory_unlock(%s)", (FOUNDING,))


def _make(connection: Connection, config: PostgresConfig) -> None:
    # Another school's intake may have done the first part meanwhile.
    shared, own = _versions(connection, config)
    if max(shared, own) > VERSION:
        msg = (
            f"the evidence at {config.url} was made by a newer rollbook (schema {shared}, known here"
            f" {VERSION}); upgrade rollbook"
        )
        raise ConfigError(msg)
    if shared < VERSION:
        connection.execute(_BEGINNING + "".join(_parent(name) for name in TABLES))
        connection.execute("INSERT INTO evidence.form (version) VALUES (%s)", (VERSION,))
    if own < VERSION:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {config.schema}")
        for name in TABLES:
            _make_part(connection, config, name)
        connection.execute(
            "INSERT INTO evidence.school (lea, school, version) VALUES (%s, %s, %s)"
            " ON CONFLICT (lea, school) DO UPDATE SET version = excluded.version",
            (config.lea, config.school, VERSION),
        )


def _versions(connection: Connection, config: PostgresConfig) -> tuple[int, int]:
    """Return the version of the tables all share and of this school's, 0 where there are none."""
    if connection.execute("SELECT to_regclass('evidence.school')").fetchone() == (None,):
        return 0, 0
    row = connection.execute(
        "SELECT (SELECT max(version) FROM evidence.form), coalesce((SELECT version FROM evidence.school"
        " WHERE lea = %s AND school = %s AND to_regclass(%s) IS NOT NULL), 0)",
        (config.lea, config.school, f"{config.schema}.lineage"),
    ).fetchone()
    return (0, 0) if row is None else (row[0] or 0, row[1])


def _parent(name: str) -> str:
    columns, keys = TABLES[name]
    whose = [f"lea, school, {key}" if key else "lea, school" for key in keys]
    unique = "".join(f", UNIQUE ({key})" for key in whose[1:])
    refusal = (
        f"CREATE TRIGGER refused BEFORE UPDATE OR DELETE ON evidence.{name}"
        " FOR EACH ROW EXECUTE FUNCTION evidence.refuse();"
    )
    return (
        f"CREATE TABLE evidence.{name} (lea text NOT NULL, school text NOT NULL, {columns},"
        f" PRIMARY KEY ({whose[0]}){unique}) PARTITION BY LIST (school);"
        f"{refusal if name in _KEPT_FOREVER else ''}"
    )


def _make_part(connection: Connection, config: PostgresConfig, name: str) -> None:
    # Attached when it is made: no other school's intake has to stand still for it.
    schema, is_seen_whole = config.schema, name == "lineage"
    part = f"{schema}.{name}" if is_seen_whole else f"{schema}.{name}_part"
    whose = f"lea = '{config.lea}' AND school = '{config.school}'"
    stored = f" WITH ({_STORED[name]})" if name in _STORED else ""
    steps = [
        f"CREATE TABLE {part} (LIKE evidence.{name} INCLUDING ALL){stored}",
        (
            f"ALTER TABLE {part} ALTER lea SET DEFAULT '{config.lea}',"
            f" ALTER school SET DEFAULT '{config.school}', ADD CHECK ({whose})"
        ),
        f"ALTER TABLE evidence.{name} ATTACH PARTITION {part} FOR VALUES IN ('{config.school}')",
    ]
    steps += [
        f"ALTER TABLE {part} ALTER {column} SET STORAGE EXTERNAL" for column in _COMPRESSED.get(name, ())
    ]
    if name in _KEPT_FOREVER:
        steps.append(
            f"CREATE TRIGGER emptying_refused BEFORE TRUNCATE ON {part} EXECUTE FUNCTION evidence.refuse()"
        )
    for step in steps:
        connection.execute(step)
    if not is_seen_whole:
        # What is asked by plain names uses the keys, because the view says whose they are.
        columns = _own_columns(connection, name)
        seen = f"SELECT {columns} FROM {part} WHERE {whose}"  # noqa: S608  our own names, and digits
        connection.execute(f"CREATE VIEW {schema}.{name} AS {seen}")


def _own_columns(connection: Connection, name: str) -> str:
    rows = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attname NOT IN ('lea', 'school') ORDER BY attnum",
        (f"evidence.{name}",),
    )
    return ", ".join(str(column) for (column,) in rows)
