"""Published: make what stands at the head of a report, and see that its day has come."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from central.errors import CentralError
from central.law.provision import rule_set_version
from central.reports.headed import Head
from central.store.models import SchoolYear


def head(year: SchoolYear, as_of: date, now: datetime) -> Head:
    """Return the head of a report of a year as of the end of a day."""
    school = year.school
    return Head(
        school=school.name,
        school_code=school.code,
        zone=school.time_zone,
        is_practice=school.is_practice,
        year=year.name,
        as_of=as_of,
        made_at=now.astimezone(UTC),
        rule_set=rule_set_version(),
    )


def require_come(year: SchoolYear, as_of: date, now: datetime) -> None:
    """Raise CentralError for a day that has not come at the school."""
    today = now.astimezone(ZoneInfo(year.school.time_zone)).date()
    if as_of > today:
        msg = f"{as_of} has not come yet (it is {today} at the school); report as of a day up to today"
        raise CentralError(msg)
