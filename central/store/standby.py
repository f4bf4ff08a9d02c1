"""Fail closed where a commit may be on one PostgreSQL server alone, though two are to have it."""

from collections.abc import Iterator
from contextlib import closing
from typing import Final

from psycopg import Error
from psycopg.errors import Diagnostic

from central.config import PostgresConfig
from central.errors import UnavailableError
from central.store.postgres import Connection, connect, unavailable

# Only a member of pg_monitor is told the state; to anybody else a copy that is being made looks the same.
_HERE: Final = """
SELECT current_setting('synchronous_standby_names'),
  (SELECT count(*) FROM pg_stat_replication WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum'))
"""


class Alarm:
    """Listens to one connection for what PostgreSQL says beside a success.

    A commit that waits for the standby and is told to wait no longer (a cancelled statement, a
    timeout) succeeds with nothing but a warning, and the standby may not have it.
    """

    def __init__(self, connection: Connection) -> None:
        """Begin to listen."""
        self._said: list[str] = []
        connection.add_notice_handler(self._hear)

    def prove(self) -> None:
        """Raise UnavailableError when anything said since was a warning; then give the connection up."""
        if self._said:
            msg = f"PostgreSQL warned instead of confirming: {self._said[0]}; see whether its standby runs"
            raise UnavailableError(msg)

    def _hear(self, said: Diagnostic) -> None:
        if said.severity_nonlocalized == "WARNING":
            self._said.append(said.message_primary or "no reason given")


def require(connection: Connection, config: PostgresConfig) -> None:
    """Refuse to write what no standby would have, where the configuration demands one.

    Asks anew each time: the setting may be taken away while the server runs. Raises UnavailableError.
    """
    if config.standby:
        ((names,),) = connection.execute("SELECT current_setting('synchronous_standby_names')").fetchall()
        refuse_alone(names, config)


def refuse_alone(names: str, config: PostgresConfig) -> None:
    """Do so with what the server said it waits for, `synchronous_standby_names`."""
    if config.standby and not names.strip():
        msg = (
            f"PostgreSQL at {config.url} waits for no standby (synchronous_standby_names is empty), and"
            " [postgres] standby is true; name a standby there, or set standby to false until there is one"
        )
        raise UnavailableError(msg)


def lacking(config: PostgresConfig) -> Iterator[str]:
    """Tell what keeps the standby that is demanded from having all; raises UnavailableError."""
    if not config.standby:
        return
    with closing(connect(config, is_reader=True)) as connection:
        try:
            ((names, standbys),) = connection.execute(_HERE).fetchall()
            refuse_alone(names, config)
        except Error as error:
            raise unavailable(config, error) from error
        except UnavailableError as error:
            yield str(error)
            return
    if not standbys:
        yield (
            f"no standby of PostgreSQL at {config.url} is connected ({names} is waited for): nothing is"
            " acknowledged or saved until one is; start it"
        )
