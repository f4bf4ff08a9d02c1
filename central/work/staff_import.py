"""Take staff, their documents and their classes in from a CSV, as from a OneRoster zip."""

from datetime import datetime

from central.domain.calendar import SchoolYear as Year
from central.exchange import staff_csv
from central.exchange.named_file import NamedFile
from central.exchange.oneroster.roster import Known, Roster
from central.exchange.staff_csv import Recorded
from central.store.models import School, Section, Staff
from central.work.local_days import local_date
from central.work.rosters import Outcome, Reading, Wishes, take_in


def import_staff(file: NamedFile, wishes: Wishes, now: datetime, by: str) -> Outcome:
    """Take a staff file in; whoever it does not name stays as they are. Raises as `import_roster`."""

    def read(school: School, known: Known) -> Roster:
        del known
        on = wishes.as_of or local_date(school, now)
        sections = Section.objects.filter(school=school, school_year__name=Year.of(on).name)
        recorded = Recorded(
            dict(Staff.objects.filter(school=school).values_list("number", "source_id")),
            {row.code: (row.source_id, row.since) for row in sections},
        )
        return staff_csv.read(file.name, file.data, recorded)

    return take_in(file, Reading("staff", read), wishes, now, by)
