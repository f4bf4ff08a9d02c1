"""Keep which column of a school's own CSV means what; the last mapping of a name counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from central.errors import CentralError
from central.exchange.column_mapping import COLUMNS, NEEDED
from central.store.models import ColumnMapping, School, Staff
from central.work.tool_rights import Right, Tool, require

_KIND = "roster"
_LONGEST = 60


def save(name: str, columns: Mapping[str, str], by: Staff, now: datetime) -> ColumnMapping:
    """Keep a mapping under a name; earlier ones of that name stay on record.

    Raises RefusedError for somebody who may not, and CentralError for columns that are none.
    """
    require(by, Tool.ROSTER, Right.ADD)
    unknown = sorted(columns.keys() - set(COLUMNS))
    missing = [ours for ours in NEEDED if not columns.get(ours)]
    if not name.strip() or len(name) > _LONGEST:
        msg = f"a mapping needs a name of at most {_LONGEST} characters"
        raise CentralError(msg)
    if unknown:
        msg = f"{', '.join(unknown)}: no such column; there are {', '.join(COLUMNS)}"
        raise CentralError(msg)
    if missing:
        msg = f"no heading is named for {', '.join(missing)}; nothing was written"
        raise CentralError(msg)
    kept = {ours: columns[ours] for ours in COLUMNS if columns.get(ours)}
    return ColumnMapping.objects.create(
        school=by.school, kind=_KIND, name=name.strip(), columns=kept, by=by.number, at=now
    )


def the_mapping(school: School, name: str) -> dict[str, str]:
    """Return the headings of a mapping by our columns; raises CentralError for a name that is none."""
    rows = ColumnMapping.objects.filter(school=school, kind=_KIND, name=name).order_by("pk")
    found = rows.last()
    if found is None:
        have = ", ".join(row.name for row in mappings(school)) or "none yet"
        msg = f"there is no column mapping {name!r} (there is {have}); make it with column-mapping save"
        raise CentralError(msg)
    return {str(ours): str(heading) for ours, heading in dict(found.columns).items()}


def mappings(school: School) -> Sequence[ColumnMapping]:
    """Return the mapping of each name that counts, by name."""
    rows = ColumnMapping.objects.filter(school=school, kind=_KIND).order_by("pk")
    last = {row.name: row for row in rows}
    return [last[name] for name in sorted(last)]
