"""The file of the agent's own database: how it is opened, locked, and brought to this release's shape."""

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from sync_agent.errors import MemoryBusyError, MemoryFileError, SchemaError
from sync_agent.migrations import MIGRATIONS

FILE_NAME = "agent.sqlite"
EXPANDS = "expand_"
"""So begins the name of a migration that only adds what an earlier release need not know of."""
_FULL = 2
_BUSY_S = 5.0


def is_current(path: Path) -> bool:
    """Say whether the database has this release's shape; raises SchemaError for a later one's."""
    if not path.exists():
        return False
    try:
        with closing(connect_to_read(path)) as connection:
            db = wrap(connection)
            applied = {migration.name for migration in MIGRATIONS.applied(db)}
            todo = [migration.name for migration in MIGRATIONS.pending(db)]
    except sqlite3.Error as error:
        msg = f"{path}: the agent's database cannot be read ({error}); look at the disk"
        raise MemoryFileError(msg) from error
    # A station goes back to the release before by itself, and must go on carrying taps then.
    if any(not name.startswith(EXPANDS) for name in applied - _known()):
        msg = f"{path}: this database is of a later release; install that release's software"
        raise SchemaError(msg)
    return not todo


def require_current(path: Path) -> None:
    """Raise SchemaError unless the database has this release's shape."""
    if not is_current(path):
        msg = f"{path}: the agent's database is not prepared; run rollbook-sync migrate"
        raise SchemaError(msg)


def migrate(path: Path) -> list[str]:
    """Bring the database at `path` to this release's shape and return the names of what was done.

    All steps are one transaction. A database that existed is copied beside itself first. Raises
    SchemaError for a later release's database, MemoryBusyError while another process writes it.
    """
    existed = path.exists()
    _take_back(path)
    if is_current(path):
        return []
    held = lock(path)
    try:
        if existed:
            _copy(path, path.with_name(f"{path.name}.before-migration"))
        with closing(connect(path)) as connection:
            db = wrap(connection)
            todo = [migration.name for migration in MIGRATIONS.pending(db)]
            with db.atomic():
                MIGRATIONS.apply(db)
    except sqlite3.Error as error:
        msg = f"{path}: the agent's database cannot be prepared ({error}); look at the disk"
        raise MemoryFileError(msg) from error
    finally:
        os.close(held)
    return todo


def _take_back(path: Path) -> None:
    """Undo what a power cut left half done before there was a write-ahead log: no reader may."""
    if path.with_name(f"{path.name}-journal").exists():
        held = lock(path)
        try:
            connect(path).close()
        finally:
            os.close(held)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def wrap(connection: sqlite3.Connection) -> Database:
    """Return sqlite-utils' view of a connection; no plug-in of the machine has a say in it."""
    return Database(connection, execute_plugins=False)


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open the database for reading only."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def connect(path: Path) -> sqlite3.Connection:
    """Open the database for writing, durable at every commit; raises MemoryFileError."""
    try:
        # The scheduler's pool decides which thread works; only one does at a time.
        connection = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False)
        os.chmod(path, 0o600)  # noqa: PTH101 (the path is a file we just opened)
        connection.execute("PRAGMA synchronous=FULL")
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        (level,) = connection.execute("PRAGMA synchronous").fetchone()
    except (sqlite3.Error, OSError) as error:
        msg = f"{path}: the agent's database cannot be opened ({error}); look at the folder and the disk"
        raise MemoryFileError(msg) from error
    if (mode, level) != ("wal", _FULL):
        connection.close()
        msg = f"{path}: the file system does not allow WAL with full synchronisation; use a local disk"
        raise MemoryFileError(msg)
    return connection


def lock(path: Path) -> int:
    """Return a descriptor that keeps every other writer out until it is closed; raises MemoryBusyError."""
    try:
        descriptor = os.open(
            path.with_name(f"{path.name}-lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        msg = f"{path}: the folder cannot be written ({error.strerror}); make it, owned by the agent's user"
        raise MemoryFileError(msg) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        msg = f"{path}: another agent is running; stop it first (systemctl stop rollbook-sync)"
        raise MemoryBusyError(msg) from error
    return descriptor


def _known() -> set[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        return {migration.name for migration in MIGRATIONS.pending(wrap(connection))}
