"""How long records are kept, and from which day on they may be destroyed."""

from datetime import date
from enum import StrEnum

from central.domain.calendar import SchoolYear
from central.law.provision import number


class RecordClass(StrEnum):
    """The class a record is kept under; the numbers are the regulation's."""

    PERMANENT = "1 permanent"
    """Annual attendance with P-1 and P-2, and who was enrolled."""
    DISPOSABLE = "3 disposable"
    """The daily detail behind it."""


def destroyable_from(
    kept_as: RecordClass, origin: SchoolYear, audited_on: date | None, *, is_held: bool = False
) -> date | None:
    """Return the first day records of a school year may be destroyed, None while there is none.

    Permanent records never may. Others wait for the audit of their year to be complete, then for
    the third school year after that one, or after their own where that is later. Under a legal
    hold nothing may be destroyed, whatever its class.

    Cites: 5 CCR 16022-16027 (R-RET-01).
    """
    if kept_as is RecordClass.PERMANENT or audited_on is None or is_held:
        return None
    later = max(origin, SchoolYear.of(audited_on))
    years = number("years_detail_is_kept", origin.starts_on)
    return later.starts_on.replace(year=later.starts_on.year + years)
