"""Two real PostgreSQL servers: what the first confirms the second has too, and may be promoted."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import psycopg

from tests.fakes import postgres
from tests.fakes.postgres import USER, Cluster

STANDBY = "s1"
"""What the standby calls itself, and the primary waits for."""
ONE = f"FIRST 1 ({STANDBY})"
"""The setting by which a server confirms nothing that its standby has not."""
_QUICK = {"wal_retrieve_retry_interval": "100ms"}


@dataclass
class Pair:
    """A primary that waits for its standby; `second` follows `first` until it is promoted."""

    first: Cluster
    second: Cluster

    def url(self, database: str = "rollbook") -> str:
        """Return how to reach whichever of both takes writes."""
        hosts = f"127.0.0.1:{self.first.port},127.0.0.1:{self.second.port}"
        return f"postgresql://{USER}@{hosts}/{database}?target_session_attrs=read-write"

    def promote(self) -> None:
        """Make the standby a server of its own that waits for nobody, as IT does by hand."""
        postgres.run(self.second, "pg_ctl", "-D", self.second.data, "-w", "promote")
        # It was copied together with what the first one waits for: itself.
        waits_for(self.second, "")

    def fail_over(self) -> None:
        """Lose the primary with everything it did not confirm, and promote the standby."""
        self.first.kill()
        self.promote()

    def rejoin(self) -> None:
        """Copy what was promoted to the server that was lost, and have it follow: they change places."""
        shutil.rmtree(self.first.data)
        self.first, self.second = self.second, self.first
        self.join()

    def join(self) -> None:
        """Copy the primary to the standby, start that, and wait for it at each commit from now on."""
        _copy(self.first, self.second)
        self.second.start()
        waits_for(self.first, ONE)
        self.follow()

    def follow(self) -> None:
        """Return when the primary waits for its standby and the standby keeps up."""
        with closing(psycopg.connect(self.first.url(), autocommit=True)) as connection:
            sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
            postgres.wait(lambda: connection.execute(sql).fetchone() == (1,), "a synchronous standby")


@contextmanager
def pair() -> Iterator[Pair]:
    """Run a primary with a database `rollbook` and its synchronous standby, and throw both away."""
    with postgres.folder() as one, postgres.folder() as other:
        first = Cluster(one, postgres.free_port(), dict(_QUICK))
        first.make()
        first.start()
        found = Pair(first, Cluster(other, postgres.free_port(), dict(_QUICK)))
        try:
            first.create("rollbook")
            found.join()
            yield found
        finally:
            found.second.stop()
            found.first.stop(how="immediate")


def waits_for(server: Cluster, names: str) -> None:
    """Have a server wait for these standbys at each commit from now on; for none where empty."""
    with closing(psycopg.connect(server.url("postgres"), autocommit=True)) as connection:
        # Its own commits wait for nobody: the setting may name a standby that is gone.
        connection.execute("SET synchronous_commit = local")
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        connection.execute("SELECT pg_reload_conf()")
    with closing(psycopg.connect(server.url("postgres"), autocommit=True)) as connection:
        told = "SELECT current_setting('synchronous_standby_names')"
        postgres.wait(lambda: connection.execute(told).fetchone() == (names,), "the setting to be read")


def _copy(first: Cluster, second: Cluster) -> None:
    source = f"host=127.0.0.1 port={first.port} user={USER} application_name={STANDBY}"
    postgres.run(first, "pg_basebackup", "-d", source, "-D", second.data, "-R", "-X", "stream", "-c", "fast")
    told = (second.data / "postgresql.auto.conf").read_text(encoding="utf-8")
    assert f"application_name={STANDBY}" in told
