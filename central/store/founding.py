"""Make an empty records database in one step, in the form all migrations together would give it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def found() -> None:
    """Make every table as the models say and note every migration as applied.

    Django replays its migrations one by one to the same end, which takes it forty times as long; a
    test compares the two.
    """
    make_tables(DEFAULT_DB_ALIAS)
    note_applied()
    emit_post_migrate_signal(verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS)


def make_tables(alias: str) -> None:
    """Make every table as the models say, in an empty database that Django knows by this alias."""
    make_schema(alias)
    with connections[alias].schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:  # noqa: SLF001  Django's documented Meta API
                editor.create_model(model)


@contextmanager
def whole() -> Iterator[None]:
    """Do all that is inside or nothing, on PostgreSQL, where tables are made in a transaction as rows are.

    A file that is being made lies in a folder that is thrown away if anything goes wrong.
    """
    with transaction.atomic() if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" else nullcontext():
        yield


def make_schema(alias: str = DEFAULT_DB_ALIAS) -> None:
    """Make the school's own schema where the records are on PostgreSQL and it is not there."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path')")
        (schema,) = cursor.fetchone()
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {connection.ops.quote_name(schema)}")


def note_applied(alias: str = DEFAULT_DB_ALIAS) -> None:
    """Note every migration this program knows as applied, for tables that were made from the models."""
    connection = connections[alias]
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in MigrationLoader(connection).graph.nodes:
        recorder.record_applied(app, name)
