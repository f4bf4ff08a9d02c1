"""The program with `[postgres]`: a school is founded, looked at and brought up to date in its own schema."""

from contextlib import closing
from pathlib import Path

import psycopg

from tests.fakes import postgres
from tests.fakes.central_process import Installation

SCHOOLS = ("34000000123456", "34000000123457")


def installation(folder: Path, url: str, school: str) -> Installation:
    settings = f'[postgres]\nurl = "{url}"\nlea = "3400000"\nschool = "{school}"\n'
    return Installation(folder / school, settings)


def init(installed: Installation, school: str) -> str:
    done = installed.run("init", "--practice", "--school-code", school, "--school-name", f"School {school}")
    return done.err if done.code else done.out


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with closing(psycopg.connect(url)) as connection:
        return connection.execute(query).fetchall()


def test_two_schools_are_founded_beside_each_other_and_see_nothing_of_each_other(
    tmp_path: Path, postgres_url: str
) -> None:
    both = [installation(tmp_path, postgres_url, school) for school in SCHOOLS]
    for one, school in zip(both, SCHOOLS, strict=True):
        assert f"made {one.data} for the PRACTICE school School {school}" in init(one, school)
        assert not (one.data / "records.sqlite").exists()
    for one, school in zip(both, SCHOOLS, strict=True):
        told = one.run("check").out
        assert f"School {school}" in told
        assert f"schema school_{school}" in told
        assert "synchronous_commit=on fsync=on" in told
        assert one.run("migrate").out.endswith("0 migrations applied\n")
        assert rows(postgres_url, f"SELECT code FROM school_{school}.store_school") == [(school,)]  # noqa: S608  digits


def test_a_schema_that_holds_something_is_left_as_it_is(tmp_path: Path, postgres_url: str) -> None:
    school = SCHOOLS[0]
    rows_before = f"CREATE SCHEMA school_{school} CREATE TABLE kept (n int)"
    with closing(psycopg.connect(postgres_url, autocommit=True)) as connection:
        connection.execute(rows_before)
    one = installation(tmp_path, postgres_url, school)
    assert "holds 1 tables and is left as it is" in init(one, school)
    assert not one.data.exists()
    assert rows(postgres_url, "SELECT tablename FROM pg_tables WHERE schemaname LIKE 'school_%'") == [
        ("kept",)
    ]


def test_what_cannot_be_used_is_said_in_one_line(tmp_path: Path, postgres_server: postgres.Cluster) -> None:
    school, port = SCHOOLS[0], postgres.free_port()
    away = installation(tmp_path / "away", f"postgresql://rollbook@127.0.0.1:{port}/rollbook", school)
    assert "see whether it runs" in init(away, school)
    assert not away.data.exists()
    with closing(psycopg.connect(postgres_server.url("postgres"), autocommit=True)) as connection:
        connection.execute("CREATE DATABASE by_language TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    other = installation(tmp_path / "other", postgres_server.url("by_language"), school)
    assert "orders text by a language" in init(other, school)
    fresh = installation(tmp_path / "fresh", postgres_server.create("fresh"), school)
    assert f"schema school_{school}" in fresh.run("check").out
    assert "run rollbook-central init" in fresh.run("migrate").err
    assert "is not the school" in init(fresh, SCHOOLS[1])
