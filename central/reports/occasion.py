"""Published: of which school and year a report is, as of which day, when and by which rules it was made."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.domain.calendar import SchoolYear as Year
from central.domain.local_day import end_of
from central.errors import CentralError
from central.reports.head import head, require_come
from central.reports.headed import Headed
from central.store.models import SchoolYear


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion(Headed):
    """What stands at the head of a report."""

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
    require_come(year, as_of, now)
    starts = Year(year.name).starts_on
    if as_of < starts:
        msg = f"{as_of} lies before {year.name} began; report as of {starts} or later"
        raise CentralError(msg)
    return Occasion(**head(year, as_of, now))
