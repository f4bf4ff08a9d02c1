"""Published: of which school and year a report is, as of which day, when and by which rules it was made."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from central.domain.calendar import SchoolYear as Year
from central.errors import CentralError
from central.law.provision import rule_set_version
from central.reports.groundwork import end_of
from central.store.models import SchoolYear


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What stands at the head of a report."""

    school: str
    school_code: str
    zone: str
    is_practice: bool
    year: str
    as_of: date
    made_at: datetime
    rule_set: str

    @property
    def since(self) -> date:
        """The first day of the school year."""
        return Year(self.year).starts_on

    @property
    def until(self) -> date:
        """The last day told of: the day as of which, or the last of the year where that is earlier."""
        return min(self.as_of, Year(self.year).ends_on)

    @property
    def before(self) -> datetime:
        """The instant the day as of which ends; what was written later is not told."""
        return end_of(self.as_of, ZoneInfo(self.zone))


def occasion(year: SchoolYear, as_of: date, now: datetime) -> Occasion:
    """Return the head of a report; raises CentralError for a day that has not come, or before the year."""
    school = year.school
    today = now.astimezone(ZoneInfo(school.time_zone)).date()
    if as_of > today:
        msg = f"{as_of} has not come yet (it is {today} at the school); report as of a day up to today"
        raise CentralError(msg)
    starts = Year(year.name).starts_on
    if as_of < starts:
        msg = f"{as_of} lies before {year.name} began; report as of {starts} or later"
        raise CentralError(msg)
    return Occasion(
        school=school.name,
        school_code=school.code,
        zone=school.time_zone,
        is_practice=school.is_practice,
        year=year.name,
        as_of=as_of,
        made_at=now.astimezone(UTC),
        rule_set=rule_set_version(),
    )
