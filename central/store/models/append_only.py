"""The base of rows that are written once and stay."""

from collections.abc import Iterable
from typing import NoReturn, TypeVar

from django.db import models
from django.db.models.base import ModelBase

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class WrittenOnceError(TypeError):
    """Report program code that tried to change or delete a row that is written once."""


class WrittenOnceQuerySet(models.QuerySet[Row_co]):
    """Rows that can be added and read."""

    def update(self, **kwargs: object) -> NoReturn:
        """Refuse: history is never rewritten."""
        msg = f"{self.model.__name__} rows are written once; add a row instead of changing {sorted(kwargs)}"
        raise WrittenOnceError(msg)

    def delete(self) -> NoReturn:
        """Refuse: history is never deleted."""
        msg = f"{self.model.__name__} rows are never deleted"
        raise WrittenOnceError(msg)


class AppendOnly(models.Model):
    """A row that is never changed and never deleted through the program."""

    objects = WrittenOnceQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Insert the row; a second save is refused."""
        if not self._state.adding or force_update or update_fields:
            msg = f"{type(self).__name__} rows are written once; add a new row"
            raise WrittenOnceError(msg)
        super().save(force_insert=force_insert or True, using=using)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:  # noqa: FBT001, FBT002  Django's own signature
        """Refuse: history is never deleted."""
        del using, keep_parents
        msg = f"{type(self).__name__} rows are never deleted"
        raise WrittenOnceError(msg)
