"""Django's PostgreSQL, with the two promises of SQLite that central's work rests on.

Every transaction of a school begins by taking its one lock, so that whoever reads and then writes is
alone, as with SQLite's BEGIN IMMEDIATE; reading outside a transaction waits for nobody. And what JSON
columns hold stays as it was written, key by key, so that digests over it hold.
"""

from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.backends.postgresql import base, operations
from psycopg import sql
from psycopg.types.string import TextLoader

from central.store.postgres import RECORDS, lock_key

_WRITES: Final = ("INSERT", "UPDATE", "DELETE")


class DatabaseOperations(operations.DatabaseOperations):
    """JSON goes in as the text it is, and is compared by what it says."""

    def lookup_cast(self, lookup_type: str, internal_type: str | None = None) -> str:
        """Return how the left side of a comparison is written."""
        told = str(super().lookup_cast(lookup_type, internal_type))
        is_compared = internal_type == "JSONField" and lookup_type != "isnull"
        return f"({told})::jsonb" if is_compared else told

    def adapt_json_value(self, value: Any, encoder: Any) -> Any:  # noqa: ANN401  what Django hands over
        """Return the text, whose type the place it goes to decides: json in a column, jsonb to compare."""
        as_jsonb: Any = super().adapt_json_value(value, encoder)
        return as_jsonb.dumps(as_jsonb.obj)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to one school's records; the setting `SCHOOL` names the school."""

    data_types = base.DatabaseWrapper.data_types | {"JSONField": "json"}
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  Django's own signature
        super().__init__(*args, **kwargs)
        school = self.settings_dict.get("SCHOOL")
        if not school:
            msg = "DATABASES names no SCHOOL, whose lock is to be taken"
            raise ImproperlyConfigured(msg)
        self._take_lock = sql.SQL("SELECT pg_advisory_xact_lock({})").format(
            sql.Literal(lock_key(str(school), RECORDS))
        )
        self.execute_wrappers.append(self._alone)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401  as above
        """Connect; JSON is read as text, since Django itself makes values of it."""
        connection: Any = super().get_new_connection(conn_params)
        connection.adapters.register_loader("json", TextLoader)
        return connection

    def set_autocommit(
        self,
        autocommit: bool,  # noqa: FBT001  Django's own signature
        force_begin_transaction_with_broken_autocommit: bool = False,  # noqa: FBT001, FBT002  as above
    ) -> None:
        """Begin a transaction with the school's lock; it ends with the transaction, however that ends."""
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if autocommit:
            return
        try:
            with self.wrap_database_errors:
                self.connection.execute(self._take_lock)
        except BaseException:
            self.rollback()
            super().set_autocommit(True)
            raise

    def _alone(self, execute: Any, statement: Any, params: Any, many: Any, context: Any) -> Any:  # noqa: ANN401  as above
        """Run a single statement that writes as a transaction of its own."""
        is_writing = str(statement).lstrip()[:6].upper() in _WRITES
        if self.in_atomic_block or not self.autocommit or not is_writing:
            return execute(statement, params, many, context)
        with transaction.atomic(using=self.alias):
            return execute(statement, params, many, context)
