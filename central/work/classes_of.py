"""Published: whose class it is: a teacher or paraeducator acts for the own classes, the office for all."""

from datetime import date

from central.errors import RefusedError
from central.store.models import Assignment, Section, Staff

_BOUND = {Staff.Role.TEACHER, Staff.Role.PARAEDUCATOR}


def is_of_class(by: Staff, section: Section, on: date) -> bool:
    """Tell whether somebody may act for a class on a date."""
    if by.school_id != section.school_id:
        return False
    if by.role not in _BOUND:
        return True
    return Assignment.objects.filter(staff=by, section=section, since__lte=on).exclude(until__lt=on).exists()


def require_class(by: Staff, section: Section, on: date) -> None:
    """Raise RefusedError for a teacher or paraeducator of other classes."""
    if not is_of_class(by, section, on):
        msg = f"section {section.code} is not of employee {by.number} on {on}; ask the attendance clerk"
        raise RefusedError(msg)
