"""Published: the canonical data behind a report: one text, the same for the same facts, and its SHA-256."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from central.exchange.workbook import Cell

NOT_DATA: Final = frozenset({"stamp", "made_at", "closed"})
"""Members of a report's JSON that say when it was made and what was filed, and nothing of the facts."""


def canonical(members: Mapping[str, Any]) -> str:  # Any: JSON of mixed shapes
    """Return a report's JSON without what is not data, keys in order and no white space."""
    kept = {name: value for name, value in members.items() if name not in NOT_DATA}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(members: Mapping[str, Any]) -> str:  # Any: as above
    """Return the SHA-256 of the canonical data as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(members).encode()).hexdigest()


def as_json(cell: Cell) -> str | int | None:
    """Return a cell as JSON keeps it: a date by ISO 8601, a number that is not whole exactly, as text."""
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return cell if cell is None or isinstance(cell, str | int) else str(cell)
