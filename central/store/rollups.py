"""Published: the counts of schools side by side, in a partition a school, so that sums are the district's.

Only the numbers of a year are here, a few hundred small rows a school; no student is.
"""

from collections.abc import Iterable
from contextlib import closing
from typing import Final

import psycopg

from central.config import PostgresConfig
from central.store import postgres
from central.store.rollup_row import Row

_TABLE: Final = "figure"
_PARENT: Final = f"""
CREATE SCHEMA IF NOT EXISTS rollup;
CREATE TABLE IF NOT EXISTS rollup.{_TABLE} (
    lea text NOT NULL,
    school text NOT NULL,
    year text NOT NULL,
    track text NOT NULL,
    span text NOT NULL,
    modality text NOT NULL,
    period text NOT NULL,
    measure text NOT NULL,
    divisor integer NOT NULL CHECK (divisor >= 0),
    number bigint NOT NULL CHECK (number >= 0),
    PRIMARY KEY (lea, school, year, track, span, modality, period, measure)
) PARTITION BY LIST (school)
"""
# Whoever comes first makes the parent; all others wait for that moment.
_MAKING: Final = "SELECT pg_advisory_xact_lock(hashtext('rollbook rollup'))"


def replace(config: PostgresConfig, year: str, rows: Iterable[Row]) -> None:
    """Put a school's numbers of a year in the place of those that stand there; raises UnavailableError."""
    part = f'"{config.schema}".{_TABLE}'
    try:
        with closing(postgres.connect(config)) as connection, connection.transaction():
            connection.execute(_MAKING)
            connection.execute(_PARENT)
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {part} PARTITION OF rollup.{_TABLE}"
                f" FOR VALUES IN ('{config.school}')"
            )
            connection.execute(f"DELETE FROM {part} WHERE year = %s", (year,))  # noqa: S608  digits alone
            with connection.cursor().copy(f"COPY {part} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    except psycopg.Error as error:
        raise postgres.unavailable(config, error) from error


def kept(config: PostgresConfig, lea: str | None) -> list[Row]:
    """Return the numbers of an LEA's schools, or of all there are, in order; raises UnavailableError."""
    where, values = ("WHERE lea = %s", (lea,)) if lea else ("", ())
    query = f"SELECT * FROM rollup.{_TABLE} {where} ORDER BY {', '.join(Row._fields)}"  # noqa: S608  names of ours
    try:
        with closing(postgres.connect(config, is_reader=True)) as connection:
            return [Row(*row) for row in connection.execute(query, values)]
    except psycopg.errors.UndefinedTable:
        return []
    except psycopg.Error as error:
        raise postgres.unavailable(config, error) from error
