"""Bring the records database up, and say in plain words why it cannot be used."""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from central.config import CentralConfig, PostgresConfig
from central.errors import ConfigError, UnavailableError

if TYPE_CHECKING:
    from central.store.models import School


def set_up(records: Path | None = None) -> None:
    """Load Django with central's settings; doing it twice is harmless.

    `records` puts the database elsewhere than configured, for records that are only being made.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "central.settings"
    django.setup()
    if records:
        connections[DEFAULT_DB_ALIAS].settings_dict["NAME"] = str(records)


def close() -> None:
    """Close the records; SQLite then folds its write-ahead log into the file."""
    connections.close_all()


def place(config: CentralConfig) -> str:
    """Return where the records are, in the words of the configuration; it holds no secret."""
    if config.postgres is None:
        return str(config.records)
    return f"schema {config.postgres.schema} at {config.postgres.url}"


def is_made(config: CentralConfig) -> bool:
    """Tell whether there are records, of whatever form; raises UnavailableError when nobody answers."""
    if config.postgres is None:
        return config.records.exists()
    return "django_migrations" in held(config.postgres)


def held(config: PostgresConfig) -> list[str]:
    """Return the tables the school's schema on PostgreSQL holds, sorted.

    Raises UnavailableError for a server that cannot be reached or would not keep what it confirms.
    """
    from central.store import postgres  # its driver takes longer to load than some commands run

    query = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1"
    with closing(postgres.connect(config, is_reader=True)) as connection:
        return [str(name) for (name,) in connection.execute(query, (config.schema,))]


def unapplied() -> list[str]:
    """Return the migrations this program knows and the records do not have yet, in order."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def unknown() -> list[str]:
    """Return the migrations the records have and this program does not know: it is older than they are."""
    loader = MigrationExecutor(connections[DEFAULT_DB_ALIAS]).loader
    known = loader.disk_migrations or {}
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in known)


def migrate() -> list[str]:
    """Bring the records to this program's form and return the migrations applied."""
    waiting = unapplied()
    if waiting:
        call_command("migrate", verbosity=0, interactive=False)
    return waiting


def require(config: CentralConfig) -> "School":
    """Return the school whose records these are.

    Raises ConfigError or UnavailableError saying what to do first.
    """
    from central.store.models import School

    where = place(config)
    if not is_made(config):
        msg = f"{where} does not exist; run rollbook-central init"
        raise ConfigError(msg)
    try:
        if unapplied():
            msg = f"{where} is of an older version; run rollbook-central migrate"
            raise UnavailableError(msg)
        if unknown():
            msg = f"{where} is of a newer version; install the newer rollbook again"
            raise UnavailableError(msg)
        school = School.objects.first()
    except DatabaseError as error:
        msg = f"{where} cannot be used ({error}); stop what holds it, or restore a backup"
        raise UnavailableError(msg) from error
    if school is None:
        msg = f"{where} holds no school; run rollbook-central init in a new folder"
        raise ConfigError(msg)
    if config.practice and not school.is_practice:
        msg = "a practice clock is only for a practice school; remove [practice] from the configuration"
        raise ConfigError(msg)
    return school
