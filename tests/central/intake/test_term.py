"""Which term an acknowledgement is of, on every line PostgreSQL's history can take."""

import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from central.config import CentralConfig, PostgresConfig
from central.errors import UnavailableError
from central.intake.term import Lineage, Noted, settle, term_on
from central.store import standby
from central.store.postgres import Connection, connect
from central.work import health
from tests.fakes import postgres
from tests.fakes.postgres_pair import ONE, Pair, pair, waits_for

A, B = "7711", "8822"
TABLE = """
CREATE SCHEMA school_34000000123456
CREATE TABLE lineage (lea text DEFAULT '3400000', school text DEFAULT '34000000123456', system text,
  timeline bigint, term bigint, opened bigint, PRIMARY KEY (lea, school))
"""


def config(url: str, *, is_pair: bool = False) -> PostgresConfig:
    return PostgresConfig(url, "3400000", "34000000123456", standby=is_pair)


@pytest.mark.parametrize(
    ("here", "noted", "floor", "term"),
    [
        ((A, 1), [], 1, 1),
        ((A, 3), [], 5, 5),
        ((A, 1), [((A, 1), 4)], 1, 4),
        ((A, 2), [((A, 1), 4)], 4, 5),
        ((A, 4), [((A, 1), 4)], 4, 7),
        # A power cut between both notes: what was noted in one place is not counted again.
        ((A, 2), [((A, 1), 4), ((A, 2), 5)], 4, 5),
        ((A, 2), [((A, 2), 5)], 9, 9),
        # A dump filled into another cluster, whose timelines begin at 1.
        ((B, 1), [((A, 6), 9)], 3, 10),
        ((B, 1), [((A, 6), 9), ((B, 1), 10)], 3, 10),
        ((B, 2), [((A, 6), 9), ((B, 1), 10)], 3, 11),
    ],
)
def test_the_term_rises_with_the_line_and_never_falls(
    here: tuple[str, int], noted: list[tuple[tuple[str, int], int]], floor: int, term: int
) -> None:
    known = [Noted(Lineage(*line), then) for line, then in noted]
    for order in itertools.permutations(known):
        assert term_on(Lineage(*here), list(order), floor) == term


def test_a_line_that_was_left_behind_is_not_written() -> None:
    with pytest.raises(UnavailableError, match="timeline 1, and a standby of it was promoted"):
        term_on(Lineage(A, 1), [Noted(Lineage(A, 1), 4), Noted(Lineage(A, 2), 5)], 1)


@contextmanager
def opened(url: str, *, is_pair: bool = False) -> Iterator[Connection]:
    with closing(connect(config(url, is_pair=is_pair))) as connection:
        yield connection


@pytest.fixture(scope="module")
def two() -> Iterator[Pair]:
    if postgres.BIN is None:
        pytest.skip(postgres.MISSING)
    with pair() as found:
        yield found


def problems(url: str, *, is_pair: bool = True) -> list[tuple[str, str]]:
    """Return what `check` and /readyz tell of the standby."""
    whole = CentralConfig(postgres=config(url, is_pair=is_pair))
    return [(each.code, each.says) for each in health.of_standby(whole)]


def test_a_lone_server_keeps_its_term_and_a_torn_note_is_never_guessed(
    postgres_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "lineage.json"
    with opened(postgres_url) as connection:
        connection.execute(TABLE)
        assert [settle(connection, path, 3) for _ in range(2)] == [3, 3]
        # What the stations were told before the dump was made is known by the file alone, or by the dump.
        noted = json.loads(path.read_text())
        path.write_text(json.dumps(noted | {"system": "1", "term": 8}))
        connection.execute("TRUNCATE lineage")
        assert settle(connection, path, 3) == 9
        path.unlink()
        assert settle(connection, path, 3) == 9
        path.write_text("{")
        with pytest.raises(UnavailableError, match=r"lineage\.json cannot be read"):
            settle(connection, path, 3)


def test_where_a_standby_is_demanded_a_server_without_one_is_refused(postgres_url: str) -> None:
    with opened(postgres_url) as lone:
        standby.require(lone, config(postgres_url))
        with pytest.raises(UnavailableError, match="waits for no standby"):
            standby.require(lone, config(postgres_url, is_pair=True))
    assert problems(postgres_url, is_pair=False) == []
    ((code, says),) = problems(postgres_url)
    assert code == "standby"
    assert "waits for no standby" in says


@pytest.mark.fault("S8")
@pytest.mark.invariant(8)
def test_a_promotion_raises_the_term_and_what_it_left_behind_is_of_a_lower_one(
    two: Pair, tmp_path: Path
) -> None:
    demanding = config(two.url(), is_pair=True)
    with opened(two.url()) as connection:
        connection.execute(TABLE)
        standby.require(connection, demanding)
        alarm = standby.Alarm(connection)
        assert settle(connection, tmp_path / "lineage.json", 1) == 1
        alarm.prove()
        # Somebody takes the setting away while we are at work.
        waits_for(two.first, "")
        with pytest.raises(UnavailableError, match="waits for no standby"):
            standby.require(connection, demanding)
        waits_for(two.first, ONE)
        _a_cancelled_wait_is_found_out(two, connection, tmp_path)
    two.fail_over()
    before = (tmp_path / "lineage.json").read_text()
    with opened(two.url()) as connection:
        assert settle(connection, tmp_path / "lineage.json", 1) == 2
        assert settle(connection, tmp_path / "lineage.json", 1) == 2
    two.first.start()
    waits_for(two.first, "")
    with opened(two.first.url()) as left_behind:
        with pytest.raises(UnavailableError, match="a standby of it was promoted"):
            settle(left_behind, tmp_path / "lineage.json", 1)
        # A central that never heard of the promotion goes on in its old term, which stations refuse by now.
        (tmp_path / "other.json").write_text(before)
        assert settle(left_behind, tmp_path / "other.json", 1) == 1


def _a_cancelled_wait_is_found_out(two: Pair, connection: Connection, folder: Path) -> None:
    """Show that PostgreSQL calls a commit a success which the standby never had, and that we do not."""
    alarm = standby.Alarm(connection)
    assert problems(two.url()) == []
    two.second.stop()
    ((code, says),) = problems(two.url())
    assert code == "standby"
    assert "is connected (FIRST 1 (s1) is waited for)" in says
    pid = connection.info.backend_pid
    waiting = "SELECT wait_event FROM pg_stat_activity WHERE pid = %s"
    with closing(psycopg.connect(two.first.url("postgres"), autocommit=True)) as other:

        def cancel() -> None:
            postgres.wait(lambda: other.execute(waiting, (pid,)).fetchone() == ("SyncRep",), "a wait")
            other.execute("SELECT pg_cancel_backend(%s)", (pid,))

        with ThreadPoolExecutor(1) as pool:
            cancelled = pool.submit(cancel)
            assert settle(connection, folder / "lineage.json", 1) == 1
            cancelled.result()
    with pytest.raises(UnavailableError, match="warned instead of confirming"):
        alarm.prove()
    two.second.start()
    two.follow()
