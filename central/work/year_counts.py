"""Count a school year whole, from the bits of its students' years and their recovery accounts."""

from collections.abc import Mapping
from datetime import datetime

from central.domain.calendar import SchoolYear as Year
from central.domain.day_bits import bits_between, bits_of
from central.errors import CentralError
from central.law.counting import Counts, Recovery, count
from central.law.day_planes import TrackMasks, track_masks
from central.store.models import SchoolYear, Student
from central.store.queries.calendars import track_calendars
from central.store.queries.student_years import kept_rows
from central.work import student_years
from central.work.recovery_gathering import recovery_year
from central.work.recovery_year import is_in_force


def counted(year: SchoolYear, at: datetime) -> tuple[Counts, Mapping[str, TrackMasks]]:
    """Return the counts of every period, and the days of each track that has a calendar.

    Raises CentralError where enrolled students have no bits yet.
    """
    if lacking := student_years.unprojected(year):
        msg = f"{lacking} enrolled students of {year} have no bits yet; add --rebuild"
        raise CentralError(msg)
    calendars = track_calendars(year.school_id, Year(year.name))
    masks = {code: track_masks(calendar) for code, calendar in calendars.items() if calendar.days_taught}
    return count(kept_rows(year), masks, _recovery(year, at)), masks


def _recovery(year: SchoolYear, at: datetime) -> Mapping[int, Recovery]:
    """Return the recovery accounts of the year's end by student, as far as they are written down now."""
    named = Year(year.name)
    if not is_in_force(named):
        return {}
    ledger = recovery_year(year, at)
    whole_year = bits_between(named.starts_on, None, named)
    keys = dict(Student.objects.filter(school=year.school_id).values_list("number", "pk"))
    accounts = {student: ledger.account(student, named.ends_on) for student in ledger.students}
    return {
        keys[student]: Recovery(
            earned=bits_of(account.earned_on, named),
            allowed=account.days_allowed,
            unrecoverable=whole_year ^ bits_of((absence.on for absence in account.recoverable), named),
        )
        for student, account in accounts.items()
    }
