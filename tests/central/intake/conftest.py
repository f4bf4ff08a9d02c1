"""One intake for each test: on a file of its own, and again on PostgreSQL, for a school of its own."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.config import PostgresConfig
from tests.fakes.intake import IntakeBench
from tests.fakes.postgres import Cluster

_SCHOOLS = itertools.count(34_000_000_000_001)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> PostgresConfig | None:
    """Return where the evidence is kept: None for a file."""
    if request.param == "sqlite":
        return None
    server: Cluster = request.getfixturevalue("postgres_server")
    return PostgresConfig(server.url(), lea="3400000", school=str(next(_SCHOOLS)))


@pytest.fixture
def bench(tmp_path: Path, store: PostgresConfig | None) -> Iterator[IntakeBench]:
    with IntakeBench(tmp_path, postgres=store) as bench:
        yield bench


@pytest.fixture
def school(postgres_server: Cluster) -> PostgresConfig:
    """Return a school of its own on PostgreSQL."""
    return PostgresConfig(postgres_server.url(), lea="3400000", school=str(next(_SCHOOLS)))
