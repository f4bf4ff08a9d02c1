"""What nearly every test of central's records begins with, and a database in a real file for each process."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection, connections
from django.db.models.signals import pre_migrate

from tests.fakes import postgres

if TYPE_CHECKING:
    from tests.fakes.kits import Laptop
    from tests.fakes.school import SmallSchool


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    if connection.vendor == "postgresql":
        pre_migrate.connect(_make_schema)
        connections["default"].settings_dict["TEST"]["NAME"] = f"test_{secrets.token_hex(6)}"
        return
    folder = tmp_path_factory.mktemp("records")
    connections["default"].settings_dict["TEST"]["NAME"] = str(folder / "records.sqlite")


def _make_schema(**kwargs: object) -> None:
    del kwargs
    from central.store import founding  # tests of the law have no use for the models it brings

    founding.make_schema()


@pytest.fixture
def small() -> "SmallSchool":
    from tests.fakes import school  # tests of the law have no use for the models it brings

    return school.build()


@pytest.fixture
def laptop(tmp_path: Path, small: "SmallSchool") -> "Laptop":
    from tests.fakes import kits  # as above

    return kits.laptop(tmp_path, small)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Cluster]:
    """Run one PostgreSQL server a process of tests, with every commit as durable as in earnest."""
    if postgres.BIN is None:
        pytest.skip(postgres.MISSING)
    with postgres.cluster() as found:
        yield found


@pytest.fixture
def postgres_url(postgres_server: postgres.Cluster) -> str:
    """Make an empty database for one test."""
    return postgres_server.create(f"test_{secrets.token_hex(6)}")
