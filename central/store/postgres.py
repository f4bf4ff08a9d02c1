"""The one place that connects to PostgreSQL: this school's schema, and a commit that is durable."""

from typing import Any, Final, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.array import ListBinaryDumper
from psycopg.types.numeric import Int8BinaryDumper

from central.config import PostgresConfig
from central.errors import UnavailableError

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
"""A connection whose rows are plain tuples."""

Error: TypeAlias = psycopg.Error
"""Whatever the server or the way to it did not do."""
LockTimeoutError: TypeAlias = psycopg.errors.LockNotAvailable
LineError: TypeAlias = psycopg.OperationalError

OLDEST: Final = 150_000
"""PostgreSQL 15, as `server_version_num` counts; what older ones cannot do is not tried."""
PATIENCE_S: Final = 10
"""So long a server may take to answer before it counts as away."""
EVIDENCE, RECORDS = 1, 2
"""What of a school is locked: the intake's writer holds the first as long as it lives, each transaction of
the records the second."""
_DURABLE: Final = frozenset({"on", "remote_apply"})
# By code point, as SQLite and this program do: what is listed or hashed comes in one order on both.
_PLAIN_ORDERS: Final = frozenset({"C", "POSIX", "C.UTF-8", "C.utf8"})
_LOCALE: Final = """
SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()
"""


def connect(config: PostgresConfig, *, is_reader: bool = False) -> Connection:
    """Connect with statements that commit by themselves; unqualified names are this school's tables.

    Raises UnavailableError when the server is away, too old, or would lose what it confirms.
    """
    try:
        connection = psycopg.connect(make_conninfo(config.url, **parameters(config)), autocommit=True)
    except psycopg.Error as error:
        raise unavailable(config, error) from error
    try:
        prove(connection, config)
        # One width for every number: a statement is planned once, not once for each width of its values.
        connection.adapters.register_dumper(int, Int8BinaryDumper)
        connection.adapters.register_dumper(list, ListBinaryDumper)
        if is_reader:
            connection.execute("SET default_transaction_read_only = on")
    except Exception as error:
        connection.close()
        if isinstance(error, psycopg.Error):
            raise unavailable(config, error) from error
        raise
    return connection


def parameters(config: PostgresConfig) -> dict[str, str | int]:
    """Return what libpq is told beside the url."""
    told: dict[str, str | int] = {
        # The server, too, notices soon when this side has vanished, and lets go of its locks.
        "options": f"-c search_path={config.schema} -c timezone=UTC -c tcp_keepalives_idle=10"
        " -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
        "connect_timeout": PATIENCE_S,
        "application_name": "rollbook",
        # A server that vanished is noticed within half a minute, not after the two hours of the kernel.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }
    if config.password is not None:
        told["password"] = config.password.text()
    return told


def told_whole(config: PostgresConfig, *, lock_timeout_s: int) -> dict[str, Any]:
    """Return all that libpq is told, the url taken apart, `dbname` among it; for Django."""
    told: dict[str, Any] = {"dbname": "rollbook", **conninfo_to_dict(config.url), **parameters(config)}
    return told | {"options": f"{told['options']} -c lock_timeout={lock_timeout_s}s"}


def lock_key(school: str, what: int) -> int:
    """Return the number of an advisory lock: of this school, and of `EVIDENCE` or `RECORDS`."""
    return int(school) * 10 + what


def unavailable(config: PostgresConfig, error: psycopg.Error) -> UnavailableError:
    """Return what to tell a person about a server that does not answer as it should."""
    why = " ".join(str(error).split()) or type(error).__name__
    return UnavailableError(f"PostgreSQL at {config.url} cannot be used ({why}); see whether it runs")


def prove(connection: Connection, config: PostgresConfig) -> None:
    """Return only when the server keeps what it confirms and orders text as SQLite does.

    Raises UnavailableError.
    """
    version = connection.info.server_version
    if version < OLDEST:
        msg = (
            f"PostgreSQL at {config.url} is version {version // 10_000}; install {OLDEST // 10_000} or newer"
        )
        raise UnavailableError(msg)
    row = connection.execute(_LOCALE).fetchone()
    if row is None or row[0] != "UTF8" or row[1] not in _PLAIN_ORDERS:
        msg = (
            f"the database at {config.url} orders text by a language {row}; make it with"
            " CREATE DATABASE ... TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        )
        raise UnavailableError(msg)
    told = {name: _setting(connection, name) for name in ("fsync", "full_page_writes", "synchronous_commit")}
    if (
        told["fsync"] != "on"
        or told["full_page_writes"] != "on"
        or told["synchronous_commit"] not in _DURABLE
    ):
        said = ", ".join(f"{name} {value}" for name, value in told.items())
        msg = f"PostgreSQL at {config.url} would lose what it confirms ({said}); turn all three on"
        raise UnavailableError(msg)


def _setting(connection: Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return "" if row is None else str(row[0])
