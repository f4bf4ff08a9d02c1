"""The agent of the release before goes on with a database the later one has added to, and no other."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from sync_agent.errors import SchemaError
from sync_agent.memory import Memory
from sync_agent.memory_file import FILE_NAME, connect, is_current, migrate, wrap


def later(name: str) -> Migrations:
    """Return the migrations of a release after this one."""
    migrations = Migrations("sync_agent")

    def step(db: Database) -> None:
        db.execute("ALTER TABLE standing ADD COLUMN told_of TEXT NOT NULL DEFAULT ''")

    migrations(name=name)(step)
    return migrations


def test_a_database_that_was_only_added_to_is_gone_on_with(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    migrate(file)
    with closing(connect(file)) as connection:
        later("expand_told_of").apply(wrap(connection))
    assert is_current(file)
    with closing(Memory.open(file)) as memory:
        memory.stand(attempt=7)
        assert memory.standing().attempt == 7


def test_a_database_that_was_changed_otherwise_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    migrate(file)
    with closing(connect(file)) as connection:
        later("told_of_is_renamed").apply(wrap(connection))
    with pytest.raises(SchemaError, match="later release"):
        is_current(file)
