"""Bring rows to what a file says, in bulk, and count what that changed."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)

_AT_ONCE = 500


def pair(
    rows: Iterable[Row],
    wanted: Mapping[str, Hashable],
    source_id: Callable[[Row], str],
    natural_key: Callable[[Row], Hashable],
) -> dict[str, Row]:
    """Pair rows with what a file calls them: by source id first, else by the key people use.

    `wanted` maps the file's source ids to natural keys. The second try keeps a school's history
    together when its system gave everything new ids.
    """
    kept = list(rows)
    paired = {source_id(row): row for row in kept if source_id(row) in wanted}
    free = {natural_key(row): row for row in kept if source_id(row) not in paired}
    for key, value in wanted.items():
        if key not in paired and value in free:
            paired[key] = free[value]
    return paired


def upsert(
    model: type[Row],
    existing: Mapping[str, Row],
    wanted: Mapping[str, Mapping[str, object]],
    changes: Counter[str],
) -> dict[str, Row]:
    """Add the rows that are not there, change those that differ, and return all that were wanted.

    `changes` counts them under the model's plural name. Rows that say the same already are not
    touched, so that the same file twice changes nothing.
    """
    plural = str(model._meta.verbose_name_plural)  # noqa: SLF001  Django's documented name for it
    rows = model._default_manager  # noqa: SLF001  the documented way for a model that is an argument
    result: dict[str, Row] = {}
    added: list[Row] = []
    changed: list[Row] = []
    touched: set[str] = set()
    for key, fields in wanted.items():
        row = existing.get(key)
        if row is None:
            row = model(**fields)
            added.append(row)
        elif differing := [name for name, value in fields.items() if _differs(row, name, value)]:
            for name in differing:
                setattr(row, name, fields[name])
            changed.append(row)
            touched.update(differing)
        result[key] = row
    rows.bulk_create(added, batch_size=_AT_ONCE)
    if changed:
        rows.bulk_update(changed, sorted(touched), batch_size=_AT_ONCE)
    changes[f"{plural} added"] += len(added)
    changes[f"{plural} changed"] += len(changed)
    return result


def remove(model: type[Row], keys: Sequence[int], changes: Counter[str], how: str) -> None:
    """Delete rows by primary key and count them as "<plural> <how>"."""
    rows = model._default_manager  # noqa: SLF001  the documented way for a model that is an argument
    for start in range(0, len(keys), _AT_ONCE):
        rows.filter(pk__in=keys[start : start + _AT_ONCE]).delete()
    plural = str(model._meta.verbose_name_plural)  # noqa: SLF001  Django's documented name for it
    changes[f"{plural} {how}"] += len(keys)


def _differs(row: Model, name: str, value: object) -> bool:
    """Compare a field; a relation by its key, because asking for the row itself would be a query each."""
    if isinstance(value, Model):
        return bool(getattr(row, f"{name}_id") != value.pk)
    return bool(getattr(row, name) != value)
